namespace Barrel.Compiler.Graphs;

/// <summary>Float MaxPool and AveragePool; what lies outside the input does not count.</summary>
internal static class FloatPool
{
    public static void Max(MaxPool n, float[] x, float[] y)
    {
        Value input = n.Inputs[0], output = n.Output;
        for (int i = 0; i < y.Length; i++)
        {
            (int channel, int y0, int x0) = Corner(output, i, n.StrideY, n.PadTop, n.StrideX, n.PadLeft);
            float best = float.NegativeInfinity;
            for (int ky = 0; ky < n.KernelHeight; ky++)
            {
                int row = y0 + ky * n.DilationY;
                if (row < 0 || row >= input.Height)
                    continue;
                int line = (channel * input.Height + row) * input.Width;
                for (int kx = 0; kx < n.KernelWidth; kx++)
                {
                    int column = x0 + kx * n.DilationX;
                    if (column >= 0 && column < input.Width)
                        best = MathF.Max(best, x[line + column]);
                }
            }
            y[i] = best;
        }
    }

    /// <summary>Gives each output's gradient to the first input that was its maximum.</summary>
    public static void MaxBack(MaxPool n, float[] x, float[] y, float[] gradients, float[] target)
    {
        Value input = n.Inputs[0], output = n.Output;
        for (int i = 0; i < y.Length; i++)
        {
            (int channel, int y0, int x0) = Corner(output, i, n.StrideY, n.PadTop, n.StrideX, n.PadLeft);
            int source = -1;
            for (int ky = 0; ky < n.KernelHeight && source < 0; ky++)
            {
                int row = y0 + ky * n.DilationY;
                if (row < 0 || row >= input.Height)
                    continue;
                for (int kx = 0; kx < n.KernelWidth && source < 0; kx++)
                {
                    int column = x0 + kx * n.DilationX;
                    int at = (channel * input.Height + row) * input.Width + column;
                    if (column >= 0 && column < input.Width && x[at] == y[i])
                        source = at;
                }
            }
            if (source >= 0)
                target[source] += gradients[i];
        }
    }

    public static void Average(AveragePool n, float[] x, float[] y)
    {
        Value input = n.Inputs[0], output = n.Output;
        for (int i = 0; i < y.Length; i++)
        {
            (int channel, int y0, int x0) = Corner(output, i, n.StrideY, n.PadTop, n.StrideX, n.PadLeft);
            int y1 = Math.Min(y0 + n.KernelHeight, input.Height), x1 = Math.Min(x0 + n.KernelWidth, input.Width);
            (y0, x0) = (Math.Max(y0, 0), Math.Max(x0, 0));
            float sum = 0;
            for (int row = y0; row < y1; row++)
            {
                for (int column = x0; column < x1; column++)
                    sum += x[(channel * input.Height + row) * input.Width + column];
            }
            y[i] = sum / ((y1 - y0) * (x1 - x0));
        }
    }

    private static (int Channel, int Y, int X) Corner(Value output, int i, int strideY, int padTop, int strideX, int padLeft) =>
        (i / output.Width / output.Height, i / output.Width % output.Height * strideY - padTop, i % output.Width * strideX - padLeft);
}
