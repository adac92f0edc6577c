using System.Buffers;

namespace Barrel.Compiler.Graphs;

/// <summary>
/// Convolution and TransposedConvolution on top of <see cref="TapSum"/>. The input is copied once into padded planes, one for each
/// remainder of rows and columns by the stride; in them a tap is a constant offset, whatever the stride and dilation.
/// </summary>
internal static class FloatConvolution
{
    public static void Run(Convolution n, float[] x, float[] y)
    {
        Value input = n.Inputs[0], output = n.Output;
        int inputsEach = input.Channels / n.Groups, outputsEach = output.Channels / n.Groups;
        int kernel = n.KernelHeight * n.KernelWidth;
        if (output.Height == 1 && output.Width == 1)
        {
            Single(n, x, y);
            return;
        }
        if (kernel == 1 && inputsEach == 1 && outputsEach == 1 && n is { StrideY: 1, StrideX: 1, PadTop: 0, PadLeft: 0 } && input.Shape.AsSpan().SequenceEqual(output.Shape))
        {
            FloatElementwise.Affine(n.Weights, n.Bias, x, y);
            return;
        }
        // Row r of the padded input is row r / stride of plane r % stride.
        int rows = output.Height + (n.KernelHeight - 1) * n.DilationY / n.StrideY;
        int columns = output.Width + (n.KernelWidth - 1) * n.DilationX / n.StrideX;
        int phasesY = Math.Min(n.StrideY, (n.KernelHeight - 1) * n.DilationY + 1), phasesX = Math.Min(n.StrideX, (n.KernelWidth - 1) * n.DilationX + 1);
        int plane = rows * columns, channel = plane * phasesY * phasesX;
        int positions = (output.Height - 1) * columns + output.Width;
        int stride = positions + TapSum.Slack;
        float[] planes = ArrayPool<float>.Shared.Rent(inputsEach * channel + TapSum.Slack);
        float[] results = ArrayPool<float>.Shared.Rent(outputsEach * stride);
        var offsets = new int[inputsEach * kernel];
        for (int t = 0; t < offsets.Length; t++)
        {
            int dy = t / n.KernelWidth % n.KernelHeight * n.DilationY, dx = t % n.KernelWidth * n.DilationX;
            int phase = dy % n.StrideY * phasesX + dx % n.StrideX;
            offsets[t] = t / kernel * channel + phase * plane + dy / n.StrideY * columns + dx / n.StrideX;
        }
        for (int g = 0; g < n.Groups; g++)
        {
            for (int c = 0; c < inputsEach; c++)
            {
                ReadOnlySpan<float> from = x.AsSpan((g * inputsEach + c) * input.Height * input.Width, input.Height * input.Width);
                for (int py = 0; py < phasesY; py++)
                {
                    for (int px = 0; px < phasesX; px++)
                    {
                        Span<float> to = planes.AsSpan(c * channel + (py * phasesX + px) * plane, plane);
                        Gather(from, input, py - n.PadTop, n.StrideY, px - n.PadLeft, n.StrideX, to, rows, columns);
                    }
                }
            }
            TapSum.Run(planes, offsets, n.Weights.AsSpan(g * outputsEach * offsets.Length, outputsEach * offsets.Length),
                n.Bias.AsSpan(g * outputsEach, outputsEach), positions, results, stride);
            for (int o = 0; o < outputsEach; o++)
            {
                for (int row = 0; row < output.Height; row++)
                    results.AsSpan(o * stride + row * columns, output.Width).CopyTo(y.AsSpan(((g * outputsEach + o) * output.Height + row) * output.Width));
            }
        }
        ArrayPool<float>.Shared.Return(planes);
        ArrayPool<float>.Shared.Return(results);
    }

    /// <summary>Each remainder of output rows and columns by the stride is a convolution of its own, with the taps that reach it.</summary>
    public static void Run(TransposedConvolution n, float[] x, float[] y)
    {
        Value input = n.Inputs[0], output = n.Output;
        int inputsEach = input.Channels / n.Groups, outputsEach = output.Channels / n.Groups;
        for (int py = 0; py < Math.Min(n.StrideY, output.Height); py++)
        {
            for (int px = 0; px < Math.Min(n.StrideX, output.Width); px++)
            {
                // Output row py + i·stride reads input row i + shift for each tap whose distance divides.
                (int K, int Shift)[] tapsY = Taps(py + n.PadTop, n.KernelHeight, n.DilationY, n.StrideY);
                (int K, int Shift)[] tapsX = Taps(px + n.PadLeft, n.KernelWidth, n.DilationX, n.StrideX);
                int height = (output.Height - py + n.StrideY - 1) / n.StrideY, width = (output.Width - px + n.StrideX - 1) / n.StrideX;
                int firstY = tapsY.Length == 0 ? 0 : tapsY.Min(t => t.Shift), firstX = tapsX.Length == 0 ? 0 : tapsX.Min(t => t.Shift);
                int rows = height + (tapsY.Length == 0 ? 0 : tapsY.Max(t => t.Shift) - firstY);
                int columns = width + (tapsX.Length == 0 ? 0 : tapsX.Max(t => t.Shift) - firstX);
                int plane = rows * columns, kernel = tapsY.Length * tapsX.Length;
                int positions = (height - 1) * columns + width, stride = positions + TapSum.Slack;
                float[] planes = ArrayPool<float>.Shared.Rent(inputsEach * plane + TapSum.Slack);
                float[] results = ArrayPool<float>.Shared.Rent(outputsEach * stride);
                var offsets = new int[inputsEach * kernel];
                var weights = new float[outputsEach * offsets.Length];
                for (int g = 0; g < n.Groups; g++)
                {
                    int t = 0;
                    for (int c = 0; c < inputsEach; c++)
                    {
                        ReadOnlySpan<float> from = x.AsSpan((g * inputsEach + c) * input.Height * input.Width, input.Height * input.Width);
                        Gather(from, input, firstY, 1, firstX, 1, planes.AsSpan(c * plane, plane), rows, columns);
                        foreach ((int ky, int sy) in tapsY)
                        {
                            foreach ((int kx, int sx) in tapsX)
                            {
                                offsets[t] = c * plane + (sy - firstY) * columns + sx - firstX;
                                for (int o = 0; o < outputsEach; o++)
                                    weights[o * offsets.Length + t] = n.Weights[(((g * inputsEach + c) * outputsEach + o) * n.KernelHeight + ky) * n.KernelWidth + kx];
                                t++;
                            }
                        }
                    }
                    TapSum.Run(planes, offsets, weights, n.Bias.AsSpan(g * outputsEach, outputsEach), positions, results, stride);
                    for (int o = 0; o < outputsEach; o++)
                    {
                        for (int row = 0; row < height; row++)
                        {
                            Span<float> to = y.AsSpan(((g * outputsEach + o) * output.Height + py + row * n.StrideY) * output.Width, output.Width);
                            for (int column = 0; column < width; column++)
                                to[px + column * n.StrideX] = results[o * stride + row * columns + column];
                        }
                    }
                }
                ArrayPool<float>.Shared.Return(planes);
                ArrayPool<float>.Shared.Return(results);
            }
        }
    }

    private static (int K, int Shift)[] Taps(int first, int kernel, int dilation, int stride) =>
        [.. Enumerable.Range(0, kernel).Where(k => (first - k * dilation) % stride == 0).Select(k => (k, (first - k * dilation) / stride))];

    // to[r, c] = from[startY + r·stepY, startX + c·stepX], zero outside.
    private static void Gather(ReadOnlySpan<float> from, Value input, int startY, int stepY, int startX, int stepX, Span<float> to, int rows, int columns)
    {
        // First and one past the last column that lies inside.
        int begin = Math.Clamp(CeilingDivide(-startX, stepX), 0, columns), end = Math.Clamp(CeilingDivide(input.Width - startX, stepX), begin, columns);
        for (int r = 0; r < rows; r++)
        {
            Span<float> line = to.Slice(r * columns, columns);
            int y = startY + r * stepY;
            if (y < 0 || y >= input.Height)
            {
                line.Clear();
                continue;
            }
            ReadOnlySpan<float> source = from.Slice(y * input.Width, input.Width);
            line[..begin].Clear();
            line[end..].Clear();
            if (stepX == 1 && begin < end)
            {
                source.Slice(startX + begin, end - begin).CopyTo(line[begin..]);
                continue;
            }
            for (int c = begin; c < end; c++)
                line[c] = source[startX + c * stepX];
        }
    }

    private static int CeilingDivide(int a, int b) => a >= 0 ? (a + b - 1) / b : -(-a / b);

    // One output pixel (Gemm, global pooling): a dot product with the patch, in the order of the weights.
    private static void Single(Convolution n, float[] x, float[] y)
    {
        Value input = n.Inputs[0];
        int inputsEach = input.Channels / n.Groups, outputsEach = n.Output.Channels / n.Groups;
        int taps = inputsEach * n.KernelHeight * n.KernelWidth;
        var patch = new float[taps];
        for (int g = 0; g < n.Groups; g++)
        {
            int t = 0;
            for (int c = g * inputsEach; c < (g + 1) * inputsEach; c++)
            {
                for (int ky = 0; ky < n.KernelHeight; ky++)
                {
                    int iy = ky * n.DilationY - n.PadTop;
                    for (int kx = 0; kx < n.KernelWidth; kx++)
                    {
                        int ix = kx * n.DilationX - n.PadLeft;
                        bool inside = iy >= 0 && iy < input.Height && ix >= 0 && ix < input.Width;
                        patch[t++] = inside ? x[(c * input.Height + iy) * input.Width + ix] : 0;
                    }
                }
            }
            for (int o = g * outputsEach; o < (g + 1) * outputsEach; o++)
                y[o] = n.Bias[o] + Dot(patch, n.Weights.AsSpan(o * taps, taps));
        }
    }

    private static float Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        // Eight partial sums whatever the machine's vectors: the same bits everywhere.
        Span<float> sums = stackalloc float[8];
        sums.Clear();
        int i = 0;
        for (; i + 8 <= a.Length; i += 8)
        {
            for (int lane = 0; lane < 8; lane++)
                sums[lane] += a[i + lane] * b[i + lane];
        }
        float sum = 0;
        for (; i < a.Length; i++)
            sum += a[i] * b[i];
        foreach (float s in sums)
            sum += s;
        return sum;
    }
}
