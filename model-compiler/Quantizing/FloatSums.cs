using Barrel.Compiler.Graphs;
using Barrel.Compiler.Lowering;

namespace Barrel.Compiler.Quantizing;

/// <summary>
/// Sums of a linear layer in float32, for calibration: the input is padded and its strides are taken apart once, then <see cref="TapSum"/> goes over it.
/// Each sum adds its products in one order, so every machine gets the same bits whatever its vectors.
/// </summary>
internal sealed class FloatSums
{
    /// <summary>
    /// Rows that have fewer than one in so many weights are summed each on its own, without the zeros: sums of two tensors are such. Others share their
    /// loads; the zeros that all rows of a phase have in common (transposed convolutions) are left out in any case.
    /// </summary>
    private const int SparseFactor = 4;

    private readonly LinearLayer _layer;
    private readonly int _planeHeight;
    private readonly int _planeWidth;
    private readonly int _phaseRows;
    private readonly int _phaseColumns;
    private readonly int[] _offsets;

    public FloatSums(LinearLayer layer)
    {
        _layer = layer;
        _phaseRows = layer.StrideY;
        _phaseColumns = layer.StrideX;
        int reachY = (layer.KernelHeight - 1) * layer.DilationY / layer.StrideY;
        int reachX = (layer.KernelWidth - 1) * layer.DilationX / layer.StrideX;
        _planeHeight = layer.GridHeight + reachY;
        _planeWidth = layer.GridWidth + reachX;
        int perGroup = layer.InputChannels / layer.Groups;
        _offsets = new int[perGroup * layer.KernelHeight * layer.KernelWidth];
        int i = 0;
        for (int c = 0; c < perGroup; c++)
            for (int ky = 0; ky < layer.KernelHeight; ky++)
                for (int kx = 0; kx < layer.KernelWidth; kx++)
                {
                    int y = ky * layer.DilationY;
                    int x = kx * layer.DilationX;
                    int plane = (((c * _phaseRows) + (y % layer.StrideY)) * _phaseColumns) + (x % layer.StrideX);
                    _offsets[i++] = (((plane * _planeHeight) + (y / layer.StrideY)) * _planeWidth) + (x / layer.StrideX);
                }
    }

    /// <summary>Positions of a row of sums: grid rows of this many, the last columns garbage.</summary>
    public int RowStride => _planeWidth;

    /// <summary>Positions from the first to behind the last.</summary>
    public int Positions => ((_layer.GridHeight - 1) * _planeWidth) + _layer.GridWidth;

    /// <summary>Where a group's kernel indices lie in what <see cref="Gather"/> makes, relative to a position.</summary>
    public int[] OffsetsOf(int group)
    {
        int groupSize = _layer.InputChannels / _layer.Groups * _phaseRows * _phaseColumns * _planeHeight * _planeWidth;
        return Array.ConvertAll(_offsets, o => o + (group * groupSize));
    }

    /// <summary>The layer's input of one frame, padded with zeros, strides taken apart.</summary>
    /// <param name="tensors">Values of every tensor that is alive.</param>
    public float[] Gather(Func<LoweredTensor, float[]> tensors)
    {
        LinearLayer layer = _layer;
        int planeSize = _planeHeight * _planeWidth;
        float[] gathered = new float[(layer.InputChannels * _phaseRows * _phaseColumns * planeSize) + TapSum.Slack];
        int at = 0;
        foreach (Piece piece in layer.Inputs)
        {
            float[] source = tensors(piece.Tensor);
            int width = piece.Tensor.Width;
            for (int c = 0; c < piece.Channels; c++)
            {
                int plane = (piece.First + c) * piece.Tensor.Area;
                for (int py = 0; py < _phaseRows; py++)
                    for (int px = 0; px < _phaseColumns; px++)
                        for (int y = 0; y < _planeHeight; y++, at += _planeWidth)
                        {
                            int iy = (y * layer.StrideY) + py - layer.PadTop;
                            if (iy < 0 || iy >= layer.InputHeight)
                                continue;
                            int row = plane + ((iy >> piece.UpsampleShiftY) * width);
                            for (int x = 0; x < _planeWidth; x++)
                            {
                                int ix = (x * layer.StrideX) + px - layer.PadLeft;
                                if (ix >= 0 && ix < layer.InputWidth)
                                    gathered[at + x] = source[row + (ix >> piece.UpsampleShiftX)];
                            }
                        }
            }
        }

        return gathered;
    }

    /// <summary>Σ weight · input for every row and position, without bias; position (y, x) of row r is [r·stride + y·RowStride + x], stride being the result's length over rows.</summary>
    public float[] Sum(float[] gathered, float[] weights)
    {
        LinearLayer layer = _layer;
        int stride = Positions + TapSum.Slack;
        float[] sums = new float[layer.Rows * stride];
        int rowsPerGroup = layer.Rows / layer.Groups;

        // A group of a copy that shuffles channels into pixels is a single row.
        int step = rowsPerGroup % layer.Phases == 0 ? layer.Phases : 1;
        for (int group = 0; group < layer.Groups; group++)
        {
            int[] offsets = OffsetsOf(group);
            for (int phase = 0; phase < step; phase++)
            {
                int[] rows = [.. Enumerable.Range(0, rowsPerGroup / step).Select(i => (group * rowsPerGroup) + (i * step) + phase)];
                int[] read = [.. Enumerable.Range(0, offsets.Length).Where(k => Array.Exists(rows, r => weights[(r * offsets.Length) + k] != 0))];
                int nonZero = rows.Sum(r => offsets.Length - weights.AsSpan(r * offsets.Length, offsets.Length).Count(0f));
                if (nonZero * SparseFactor >= read.Length * rows.Length)
                    SumTogether(gathered, weights, offsets, rows, read, sums, stride, step);
                else
                    foreach (int row in rows)
                        SumTogether(gathered, weights, offsets, [row], [.. read.Where(k => weights[(row * offsets.Length) + k] != 0)], sums, stride, step);
            }
        }

        return sums;
    }

    /// <summary>
    /// The transpose of <see cref="Sum"/>: from a gradient for every sum to one for every gathered element. Both in their layouts, garbage columns zero.
    /// </summary>
    public float[] SumBack(float[] gradients, float[] weights)
    {
        LinearLayer layer = _layer;
        int planeSize = _planeHeight * _planeWidth;
        int planesPerChannel = _phaseRows * _phaseColumns;
        int rowSize = gradients.Length / layer.Rows;
        float[] back = new float[(layer.InputChannels * planesPerChannel * planeSize) + TapSum.Slack];

        // Each row between zeros, so that a tap may look behind its ends.
        int reach = planeSize;
        int stride = reach + planeSize + TapSum.Slack;
        float[] padded = new float[(layer.Rows * stride) + reach];
        for (int row = 0; row < layer.Rows; row++)
            for (int y = 0; y < layer.GridHeight; y++)
                Array.Copy(gradients, (row * rowSize) + (y * _planeWidth), padded, reach + (row * stride) + (y * _planeWidth), layer.GridWidth);
        for (int group = 0; group < layer.Groups; group++)
            for (int plane = 0; plane < planesPerChannel; plane++)
                PlaneBack(padded, weights, group, plane, reach, stride, back);
        return back;
    }

    /// <summary>One plane of every channel of a group: its channels share the offsets of the kernel indices that lie in it.</summary>
    private void PlaneBack(float[] padded, float[] weights, int group, int plane, int reach, int stride, float[] back)
    {
        int fanIn = _offsets.Length;
        int planeSize = _planeHeight * _planeWidth;
        int planesPerChannel = _phaseRows * _phaseColumns;
        int perGroup = _layer.InputChannels / _layer.Groups;
        int rowsPerGroup = _layer.Rows / _layer.Groups;
        int area = _layer.KernelHeight * _layer.KernelWidth;
        List<int> offsets = [];
        List<int> first = [];
        for (int row = group * rowsPerGroup; row < (group + 1) * rowsPerGroup; row++)
            for (int k = 0; k < area; k++)
            {
                int inPlane = _offsets[k] - (plane * planeSize);
                if (inPlane < 0 || inPlane >= planeSize)
                    continue;
                int at = (row * fanIn) + k;
                if (!Enumerable.Range(0, perGroup).Any(c => weights[at + (c * area)] != 0))
                    continue;
                offsets.Add(reach + (row * stride) - inPlane);
                first.Add(at);
            }

        float[] transposed = new float[perGroup * offsets.Count];
        for (int c = 0; c < perGroup; c++)
            for (int t = 0; t < first.Count; t++)
                transposed[(c * first.Count) + t] = weights[first[t] + (c * area)];
        int sumStride = planeSize + TapSum.Slack;
        float[] sums = new float[perGroup * sumStride];
        TapSum.Run(padded, [.. offsets], transposed, new float[perGroup], planeSize, sums, sumStride);
        for (int c = 0; c < perGroup; c++)
            Array.Copy(sums, c * sumStride, back, ((((group * perGroup) + c) * planesPerChannel) + plane) * planeSize, planeSize);
    }

    /// <summary>The transpose of <see cref="Gather"/>: adds gradients of gathered elements to those of the tensors that they came from.</summary>
    public void ScatterBack(float[] gathered, Func<LoweredTensor, float[]> gradients)
    {
        LinearLayer layer = _layer;
        int at = 0;
        foreach (Piece piece in layer.Inputs)
        {
            float[] target = gradients(piece.Tensor);
            for (int c = 0; c < piece.Channels; c++)
                for (int py = 0; py < _phaseRows; py++)
                    for (int px = 0; px < _phaseColumns; px++)
                        for (int y = 0; y < _planeHeight; y++, at += _planeWidth)
                        {
                            int iy = (y * layer.StrideY) + py - layer.PadTop;
                            if (iy < 0 || iy >= layer.InputHeight)
                                continue;
                            int row = ((piece.First + c) * piece.Tensor.Area) + ((iy >> piece.UpsampleShiftY) * piece.Tensor.Width);
                            for (int x = 0; x < _planeWidth; x++)
                            {
                                int ix = (x * layer.StrideX) + px - layer.PadLeft;
                                if (ix >= 0 && ix < layer.InputWidth)
                                    target[row + (ix >> piece.UpsampleShiftX)] += gathered[at + x];
                            }
                        }
        }
    }

    /// <summary>Rows at equal distances over the kernel indices that any of them reads.</summary>
    private void SumTogether(float[] gathered, float[] weights, int[] offsets, int[] rows, int[] read, float[] sums, int stride, int step)
    {
        float[] dense = new float[rows.Length * read.Length];
        for (int i = 0; i < rows.Length; i++)
            for (int k = 0; k < read.Length; k++)
                dense[(i * read.Length) + k] = weights[(rows[i] * offsets.Length) + read[k]];
        TapSum.Run(
            gathered, Array.ConvertAll(read, k => offsets[k]), dense, new float[rows.Length], Positions, sums.AsSpan(rows[0] * stride), step * stride);
    }
}
