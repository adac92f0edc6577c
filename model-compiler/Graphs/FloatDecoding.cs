using System.Diagnostics;

namespace Barrel.Compiler.Graphs;

/// <summary>The host's steps after the network.</summary>
public static class FloatDecoding
{
    /// <summary>Adds the results of all steps to <paramref name="values"/>, which holds the body's outputs.</summary>
    public static void Run(Graph graph, IDictionary<Value, float[]> values)
    {
        foreach (DecodingStep step in graph.Decoding)
        {
            float[] x = values[step.Inputs[0]];
            values[step.Output] = step.Operator switch
            {
                "Reshape" or "Identity" => x,
                "Transpose" => Pick(x, Strided.Transpose(step.Inputs[0].Shape, step.Permutation)),
                "Slice" => Pick(x, Strided.Slice(step.Inputs[0].Shape, step.Starts, step.Strides, step.Output.Shape)),
                "Sigmoid" => Array.ConvertAll(x, v => 1 / (1 + MathF.Exp(-v))),
                "Softmax" or "LogSoftmax" => Softmax(step, x),
                "Concat" => Concat(step, values),
                "ArgMax" => ArgMax(step, x),
                _ => throw new UnreachableException($"{step.Operator} is no decoding step"),
            };
        }
    }

    private static float[] Pick(float[] x, int[] indices) => Array.ConvertAll(indices, i => x[i]);

    private static float[] Softmax(DecodingStep step, float[] x)
    {
        (int size, int inner) = Axis(step.Inputs[0].Shape, step.Axis);
        var y = new float[x.Length];
        for (int i = 0; i < x.Length / size; i++)
        {
            int first = i / inner * inner * size + i % inner;
            float max = float.NegativeInfinity;
            for (int k = 0; k < size; k++)
                max = MathF.Max(max, x[first + k * inner]);
            double sum = 0;
            for (int k = 0; k < size; k++)
                sum += Math.Exp(x[first + k * inner] - max);
            for (int k = 0; k < size; k++)
            {
                double v = x[first + k * inner] - max;
                y[first + k * inner] = (float)(step.Operator == "Softmax" ? Math.Exp(v) / sum : v - Math.Log(sum));
            }
        }
        return y;
    }

    private static float[] ArgMax(DecodingStep step, float[] x)
    {
        (int size, int inner) = Axis(step.Inputs[0].Shape, step.Axis);
        var y = new float[x.Length / size];
        for (int i = 0; i < y.Length; i++)
        {
            int first = i / inner * inner * size + i % inner, best = 0;
            for (int k = 1; k < size; k++)
            {
                if (x[first + k * inner] > x[first + best * inner])
                    best = k;
            }
            y[i] = best;
        }
        return y;
    }

    private static float[] Concat(DecodingStep step, IDictionary<Value, float[]> values)
    {
        var y = new float[step.Output.ElementCount];
        int outer = 1, to = 0;
        for (int i = 0; i < step.Axis; i++)
            outer *= step.Output.Shape[i];
        for (int o = 0; o < outer; o++)
        {
            foreach (Value v in step.Inputs)
            {
                int block = v.ElementCount / outer;
                Array.Copy(values[v], o * block, y, to, block);
                to += block;
            }
        }
        return y;
    }

    /// <summary>Size of the axis, and the elements from one of its indices to the next.</summary>
    private static (int Size, int Inner) Axis(int[] shape, int axis)
    {
        int inner = 1;
        for (int i = axis + 1; i < shape.Length; i++)
            inner *= shape[i];
        return (shape[axis], inner);
    }
}
