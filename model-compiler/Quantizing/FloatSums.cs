using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Barrel.Compiler.Lowering;

namespace Barrel.Compiler.Quantizing;

/// <summary>
/// Sums of a linear layer in float32, for calibration: the input is padded and its strides are taken apart once, then four vectors of positions at a time
/// go over all weights. Each sum adds its products in one order, with a rounding after each, so every machine gets the same bits whatever its vectors.
/// </summary>
internal sealed class FloatSums
{
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
        float[] gathered = new float[(layer.InputChannels * _phaseRows * _phaseColumns * planeSize) + (4 * Vector<float>.Count)];
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
        int vector = Vector<float>.Count;
        int chunk = 4 * vector;
        int stride = (Positions + chunk - 1) / chunk * chunk;
        float[] sums = new float[layer.Rows * stride];
        int fanIn = _offsets.Length;
        int rowsPerGroup = layer.Rows / layer.Groups;
        int groupSize = layer.InputChannels / layer.Groups * _phaseRows * _phaseColumns * _planeHeight * _planeWidth;
        ref float input = ref MemoryMarshal.GetArrayDataReference(gathered);

        // Weights that are zero are skipped: transposed convolutions and sums of two are mostly zeros.
        (int[] offsets, float[] values, int[] first) = NonZero(weights, fanIn);
        for (int p = 0; p < stride; p += chunk)
            for (int row = 0; row < layer.Rows; row++)
            {
                ref float at = ref Unsafe.Add(ref input, (row / rowsPerGroup * groupSize) + p);
                Vector<float> a = default, b = default, c = default, d = default;
                for (int t = first[row]; t < first[row + 1]; t++)
                {
                    ref float x = ref Unsafe.Add(ref at, offsets[t]);
                    Vector<float> w = new(values[t]);
                    a += w * Vector.LoadUnsafe(ref x);
                    b += w * Vector.LoadUnsafe(ref x, (nuint)vector);
                    c += w * Vector.LoadUnsafe(ref x, (nuint)(2 * vector));
                    d += w * Vector.LoadUnsafe(ref x, (nuint)(3 * vector));
                }

                Span<float> target = sums.AsSpan((row * stride) + p, chunk);
                a.CopyTo(target);
                b.CopyTo(target[vector..]);
                c.CopyTo(target[(2 * vector)..]);
                d.CopyTo(target[(3 * vector)..]);
            }

        return sums;
    }

    private (int[] Offsets, float[] Values, int[] First) NonZero(float[] weights, int fanIn)
    {
        int[] first = new int[_layer.Rows + 1];
        int count = 0;
        for (int i = 0; i < weights.Length; i++)
        {
            if (i % fanIn == 0)
                first[i / fanIn] = count;
            if (weights[i] != 0)
                count++;
        }

        first[_layer.Rows] = count;
        int[] offsets = new int[count];
        float[] values = new float[count];
        int n = 0;
        for (int i = 0; i < weights.Length; i++)
            if (weights[i] != 0)
            {
                offsets[n] = _offsets[i % fanIn];
                values[n++] = weights[i];
            }

        return (offsets, values, first);
    }
}
