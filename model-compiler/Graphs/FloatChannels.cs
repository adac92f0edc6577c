namespace Barrel.Compiler.Graphs;

/// <summary>Float kernels that move or compare whole channels.</summary>
internal static class FloatChannels
{
    public static void Concat(Concat n, Dictionary<Value, float[]> values, float[] y)
    {
        int to = 0;
        foreach (Value v in n.Inputs)
        {
            values[v].CopyTo(y, to);
            to += values[v].Length;
        }
    }

    public static void Slice(ChannelSlice n, float[] x, float[] y) => Array.Copy(x, n.First * n.Output.Height * n.Output.Width, y, 0, y.Length);

    public static void DepthToSpace(DepthToSpace n, float[] x, float[] y)
    {
        Value input = n.Inputs[0], output = n.Output;
        int b = n.BlockSize;
        for (int line = 0; line < input.Channels * input.Height; line++)
        {
            int row = line % input.Height, channel = line / input.Height;
            int dx = channel % b, dy = channel / b % b;
            Span<float> to = y.AsSpan((channel / b / b * output.Height + row * b + dy) * output.Width, output.Width);
            ReadOnlySpan<float> from = x.AsSpan(line * input.Width, input.Width);
            for (int column = 0; column < from.Length; column++)
                to[column * b + dx] = from[column];
        }
    }

    public static void ArgMax(ArgMax n, float[] x, float[] y)
    {
        int area = n.Output.Height * n.Output.Width;
        for (int i = 0; i < area; i++)
        {
            int best = 0;
            for (int c = 1; c < n.Inputs[0].Channels; c++)
            {
                if (x[c * area + i] > x[best * area + i])
                    best = c;
            }
            y[i] = best;
        }
    }
}
