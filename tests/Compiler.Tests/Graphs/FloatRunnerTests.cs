using Barrel.Compiler.Graphs;
using Barrel.Compiler.Tests.Import;

namespace Barrel.Compiler.Tests.Graphs;

/// <summary>The fast convolutions beside the sums in their definitions, over shapes that leave tails of every length.</summary>
[TestClass]
public class FloatRunnerTests
{
    [TestMethod]
    public void Convolution_is_the_sum_in_its_definition()
    {
        var random = new Random(1);
        for (int round = 0; round < 400; round++)
        {
            int groups = random.Next(1, 4), inputs = random.Next(1, 4), outputs = random.Next(1, 10), kh = random.Next(1, 4), kw = random.Next(1, 5);
            var x = new Value("x", 1, groups * inputs, random.Next(1, 12), random.Next(1, 70));
            var y = new Value("y", 1, groups * outputs, random.Next(1, 14), random.Next(1, 40));
            var node = new Convolution
            {
                Name = "c", OnnxOperator = "Conv", Inputs = [x], Output = y, KernelHeight = kh, KernelWidth = kw, Groups = groups,
                StrideY = random.Next(1, 5), StrideX = random.Next(1, 5), DilationY = random.Next(1, 4), DilationX = random.Next(1, 4),
                PadTop = random.Next(-3, 4), PadLeft = random.Next(-3, 4),
                Weights = Oracle.Random(groups * outputs * inputs * kh * kw, random.Next()), Bias = Oracle.Random(groups * outputs, random.Next()),
            };
            float[] input = Oracle.Random(x.ElementCount, random.Next());
            Close.Assert(Definition(node, input), FloatRunner.Compute(node, input), 1e-5, $"round {round}: {x} to {y}");
        }
    }

    [TestMethod]
    public void Transposed_convolution_is_the_sum_in_its_definition()
    {
        var random = new Random(2);
        for (int round = 0; round < 400; round++)
        {
            int groups = random.Next(1, 4), inputs = random.Next(1, 4), outputs = random.Next(1, 10), kh = random.Next(1, 5), kw = random.Next(1, 5);
            var x = new Value("x", 1, groups * inputs, random.Next(1, 8), random.Next(1, 30));
            var y = new Value("y", 1, groups * outputs, random.Next(1, 20), random.Next(1, 60));
            var node = new TransposedConvolution
            {
                Name = "t", OnnxOperator = "ConvTranspose", Inputs = [x], Output = y, KernelHeight = kh, KernelWidth = kw, Groups = groups,
                StrideY = random.Next(1, 5), StrideX = random.Next(1, 5), DilationY = random.Next(1, 4), DilationX = random.Next(1, 4),
                PadTop = random.Next(0, 4), PadLeft = random.Next(0, 4),
                Weights = Oracle.Random(groups * outputs * inputs * kh * kw, random.Next()), Bias = Oracle.Random(groups * outputs, random.Next()),
            };
            float[] input = Oracle.Random(x.ElementCount, random.Next());
            Close.Assert(Definition(node, input), FloatRunner.Compute(node, input), 1e-5, $"round {round}: {x} to {y}");
        }
    }

    [TestMethod]
    public void The_visitor_sees_every_node_once_and_what_the_full_run_keeps()
    {
        Graph graph = Barrel.Compiler.Import.OnnxImporter.Import(new OnnxWriter(13, 1, 2, 5, 5).Node("Relu", ["x"], "a").Node("Add", ["a", "a"], "b")
            .Node("GlobalAveragePool", ["b"], "c").Node("Softmax", ["c"], "y", OnnxWriter.Int("axis", 1)).File("b", "y"), "t");
        float[] input = Oracle.Random(50, 3);
        IReadOnlyDictionary<Value, float[]> all = FloatRunner.Run(graph, input);
        var seen = new List<Node>();
        IReadOnlyDictionary<Value, float[]> kept = FloatRunner.Run(graph, input, (node, result) =>
        {
            seen.Add(node);
            CollectionAssert.AreEqual(all[node.Output], result);
        });
        CollectionAssert.AreEqual(graph.Body, seen);
        foreach (Value v in graph.Outputs.Concat(graph.DecodedOutputs))
            CollectionAssert.AreEqual(all[v], kept[v]);
        Assert.IsFalse(kept.ContainsKey(graph.Body[0].Output), "a value is dropped after its last reader");
    }

    [TestMethod]
    public void An_input_of_another_size_is_the_caller_s_mistake()
    {
        Graph graph = Barrel.Compiler.Import.OnnxImporter.Import(new OnnxWriter(13, 1, 2, 5, 5).Node("Relu", ["x"], "y").File(), "t");
        Assert.ThrowsExactly<ArgumentException>(() => FloatRunner.Run(graph, new float[49]));
    }

    private static float[] Definition(Convolution n, float[] x)
    {
        Value i = n.Inputs[0], o = n.Output;
        int each = i.Channels / n.Groups, outputs = o.Channels / n.Groups;
        var y = new float[o.ElementCount];
        for (int at = 0; at < y.Length; at++)
        {
            int ox = at % o.Width, oy = at / o.Width % o.Height, oc = at / o.Width / o.Height;
            double sum = n.Bias[oc];
            for (int t = 0; t < each * n.KernelHeight * n.KernelWidth; t++)
            {
                int kx = t % n.KernelWidth, ky = t / n.KernelWidth % n.KernelHeight, c = t / n.KernelWidth / n.KernelHeight;
                int iy = oy * n.StrideY - n.PadTop + ky * n.DilationY, ix = ox * n.StrideX - n.PadLeft + kx * n.DilationX;
                if (iy >= 0 && iy < i.Height && ix >= 0 && ix < i.Width)
                    sum += (double)n.Weights[oc * each * n.KernelHeight * n.KernelWidth + t] * x[((oc / outputs * each + c) * i.Height + iy) * i.Width + ix];
            }
            y[at] = (float)sum;
        }
        return y;
    }

    private static float[] Definition(TransposedConvolution n, float[] x)
    {
        Value i = n.Inputs[0], o = n.Output;
        int each = i.Channels / n.Groups, outputs = o.Channels / n.Groups, kernel = n.KernelHeight * n.KernelWidth;
        var y = new double[o.ElementCount];
        for (int at = 0; at < y.Length; at++)
            y[at] = n.Bias[at / o.Width / o.Height];
        for (int at = 0; at < x.Length; at++)
        {
            int ix = at % i.Width, iy = at / i.Width % i.Height, ic = at / i.Width / i.Height;
            for (int t = 0; t < outputs * kernel; t++)
            {
                int kx = t % n.KernelWidth, ky = t / n.KernelWidth % n.KernelHeight, oc = ic / each * outputs + t / kernel;
                int oy = iy * n.StrideY - n.PadTop + ky * n.DilationY, ox = ix * n.StrideX - n.PadLeft + kx * n.DilationX;
                if (oy >= 0 && oy < o.Height && ox >= 0 && ox < o.Width)
                    y[(oc * o.Height + oy) * o.Width + ox] += (double)n.Weights[ic * outputs * kernel + t] * x[at];
            }
        }
        return Array.ConvertAll(y, v => (float)v);
    }
}
