using Barrel.Compiler.Graphs;
using Barrel.Compiler.Import;
using Barrel.Runtime;

namespace Barrel.Compiler.Tests.Import;

/// <summary>Real networks against outputs recorded from ONNX Runtime.</summary>
[TestClass]
public class ModelTests
{
    [TestMethod]
    [DataRow("mnist-8")]
    [DataRow("mlperf_resnet8_cifar10")]
    [DataRow("resnet20_cifar10")]
    [DataRow("bnn_lfcW1A1_mnist")]
    [DataRow("lane_fcn_80x160")]
    [DataRow("ultraface_slim_320")]
    [DataRow("espnet_camvid_240x320")]
    [DataRow("espnet_camvid_360x480")]
    public void Matches_recorded_outputs(string name)
    {
        string folder = SharedData.Require("models", name);
        Graph graph = OnnxImporter.ImportFile(Path.Combine(folder, name + ".onnx"));
        Npy input = Npy.Read(Path.Combine(folder, "input.npy"));
        int samples = input.Values.Length / graph.Input.ElementCount;
        string[] files = [.. Directory.GetFiles(folder, "out*.npy").Order()];
        Assert.HasCount(graph.DecodedOutputs.Count, files);
        Npy[] expected = [.. files.Select(Npy.Read)];
        input = input with { Shape = [samples] };
        for (int s = 0; s < samples; s++)
        {
            float[][] actual = Oracle.Run(graph, input.Sample(s));
            for (int o = 0; o < actual.Length; o++)
                Close.Assert((expected[o] with { Shape = [samples] }).Sample(s), actual[o], 1e-3, $"{name} sample {s} output {o}");
        }
        AssertLegal(graph);
    }

    [TestMethod]
    public void Attention_is_refused()
    {
        string path = Path.Combine(SharedData.Require("models", "twinlitenetplus_nano"), "twinlitenetplus_nano.onnx");
        var e = Assert.ThrowsExactly<BarrelException>(() => OnnxImporter.ImportFile(path));
        Assert.AreEqual(ImportErrors.Operator, e.Code, e.Message);
        StringAssert.Contains(e.Message, "opset 12");
    }

    [TestMethod]
    public void Trained_grids_are_found_and_masks_agree()
    {
        byte[] file = File.ReadAllBytes(Path.Combine(SharedData.Require("models", "road_qat_prototype"), "road_qat_prototype.onnx"));
        Graph graph = OnnxImporter.Import(file, "road");
        AssertLegal(graph);
        ActivationGrid[] grids = [.. graph.Body.OfType<ActivationGrid>()];
        Assert.HasCount(12, grids);
        foreach (ActivationGrid g in grids)
        {
            Assert.AreEqual(15, g.MaximumCode);
            Assert.AreEqual(0, g.Zero);
            Assert.AreEqual(MathF.Round(MathF.Log2(g.Scales[0])), MathF.Log2(g.Scales[0]));
        }
        long same = 0, all = 0;
        for (int seed = 0; seed < 3; seed++)
        {
            // Pixels of smooth random shades, as the model card scales them.
            var random = new Random(seed);
            var input = new float[graph.Input.ElementCount];
            float shade = 128;
            for (int i = 0; i < input.Length; i++)
            {
                shade = Math.Clamp(shade + random.Next(-20, 21), 0, 255);
                input[i] = (MathF.Round(shade) - 128) * 0.015625f;
            }
            float[] expected = Oracle.Reference(file, graph.Input.Shape, input)[0], actual = Oracle.Run(graph, input)[0];
            int area = 184 * 240;
            for (int p = 0; p < area; p++, all++)
                same += Best(expected, p, area) == Best(actual, p, area) ? 1 : 0;
        }
        Assert.IsGreaterThanOrEqualTo(0.999, (double)same / all);
    }

    private static int Best(float[] logits, int p, int area) => Enumerable.Range(0, logits.Length / area).MaxBy(c => logits[c * area + p]);

    /// <summary>All values [1, c, h, w] and made before they are read.</summary>
    internal static void AssertLegal(Graph graph)
    {
        var made = new HashSet<Value> { graph.Input };
        foreach (Node n in graph.Body)
        {
            foreach (Value v in n.Inputs)
                Assert.Contains(v, made, $"{n.Name} reads {v} before it is made");
            Assert.IsTrue(made.Add(n.Output), $"{n.Output} is made twice");
            Assert.HasCount(4, n.Output.Shape);
        }
        foreach (Value v in graph.Outputs)
            Assert.Contains(v, made);
    }
}
