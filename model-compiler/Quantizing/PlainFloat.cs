using Barrel.Compiler.Graphs;
using Barrel.Compiler.Lowering;

namespace Barrel.Compiler.Quantizing;

/// <summary>Layers without weights, in floats.</summary>
internal static class PlainFloat
{
    public static float[] MaxPool(PoolLayer layer, float[] input)
    {
        MaxPool w = layer.Window;
        int height = layer.Input.Height;
        int width = layer.Input.Width;
        float[] made = new float[layer.Output.ElementCount];
        int at = 0;
        for (int c = 0; c < layer.Output.Channels; c++)
            for (int y = 0; y < layer.Output.Height; y++)
                for (int x = 0; x < layer.Output.Width; x++)
                {
                    float best = float.NegativeInfinity;
                    for (int ky = 0; ky < w.KernelHeight; ky++)
                        for (int kx = 0; kx < w.KernelWidth; kx++)
                        {
                            int iy = (y * w.StrideY) + (ky * w.DilationY) - w.PadTop;
                            int ix = (x * w.StrideX) + (kx * w.DilationX) - w.PadLeft;
                            if (iy >= 0 && iy < height && ix >= 0 && ix < width)
                                best = Math.Max(best, input[(((c * height) + iy) * width) + ix]);
                        }

                    made[at++] = best;
                }

        return made;
    }

    public static float[] Resample(ResampleLayer layer, float[] input)
    {
        Resize table = layer.Table;
        int height = layer.Input.Height;
        int width = layer.Input.Width;
        float[] made = new float[layer.Output.ElementCount];
        int at = 0;
        for (int c = 0; c < layer.Output.Channels; c++)
            for (int y = 0; y < layer.Output.Height; y++)
            {
                int row = ((c * height) + table.RowIndex[y]) * width;
                int below = table.RowIndex[y] + 1 < height ? width : 0;
                float fy = table.RowFraction[y];
                for (int x = 0; x < layer.Output.Width; x++)
                {
                    int i = row + table.ColumnIndex[x];
                    int right = table.ColumnIndex[x] + 1 < width ? 1 : 0;
                    float fx = table.ColumnFraction[x];
                    float upper = input[i] + ((input[i + right] - input[i]) * fx);
                    float lower = input[i + below] + ((input[i + below + right] - input[i + below]) * fx);
                    made[at++] = upper + ((lower - upper) * fy);
                }
            }

        return made;
    }
}
