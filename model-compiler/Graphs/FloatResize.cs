namespace Barrel.Compiler.Graphs;

/// <summary>Float resampling by the tables of <see cref="Resize"/>.</summary>
internal static class FloatResize
{
    public static void Run(Resize n, float[] x, float[] y)
    {
        Value input = n.Inputs[0], output = n.Output;
        for (int line = 0; line < output.Channels * output.Height; line++)
        {
            int channel = line / output.Height, row = line % output.Height;
            int top = n.RowIndex[row], bottom = Math.Min(top + 1, input.Height - 1);
            ReadOnlySpan<float> a = x.AsSpan((channel * input.Height + top) * input.Width, input.Width);
            ReadOnlySpan<float> b = x.AsSpan((channel * input.Height + bottom) * input.Width, input.Width);
            Span<float> to = y.AsSpan(line * output.Width, output.Width);
            float fy = n.RowFraction[row];
            for (int i = 0; i < to.Length; i++)
            {
                int left = n.ColumnIndex[i], right = Math.Min(left + 1, input.Width - 1);
                float fx = n.ColumnFraction[i];
                // Nearest takes a value as it is, infinities included.
                if (fx == 0 && fy == 0)
                    to[i] = a[left];
                else
                    to[i] = (1 - fy) * ((1 - fx) * a[left] + fx * a[right]) + fy * ((1 - fx) * b[left] + fx * b[right]);
            }
        }
    }

    /// <summary>The transpose of <see cref="Run"/>: shares each output's gradient between the inputs that it was made of.</summary>
    public static void Back(Resize n, float[] gradients, float[] target)
    {
        Value input = n.Inputs[0], output = n.Output;
        for (int line = 0; line < output.Channels * output.Height; line++)
        {
            int channel = line / output.Height, row = line % output.Height;
            int top = n.RowIndex[row], bottom = Math.Min(top + 1, input.Height - 1);
            Span<float> a = target.AsSpan((channel * input.Height + top) * input.Width, input.Width);
            Span<float> b = target.AsSpan((channel * input.Height + bottom) * input.Width, input.Width);
            float fy = n.RowFraction[row];
            for (int i = 0; i < output.Width; i++)
            {
                int left = n.ColumnIndex[i], right = Math.Min(left + 1, input.Width - 1);
                float fx = n.ColumnFraction[i], g = gradients[line * output.Width + i];
                a[left] += (1 - fy) * (1 - fx) * g;
                a[right] += (1 - fy) * fx * g;
                b[left] += fy * (1 - fx) * g;
                b[right] += fy * fx * g;
            }
        }
    }
}
