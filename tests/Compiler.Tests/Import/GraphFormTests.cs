using Barrel.Compiler.Graphs;
using Barrel.Compiler.Import;
using static Barrel.Compiler.Tests.Import.OnnxWriter;
using DataType = Barrel.Compiler.Import.Onnx.TensorProto.Types.DataType;

namespace Barrel.Compiler.Tests.Import;

/// <summary>The form that networks take, beside what they compute: what is folded, what becomes a grid, what runs on the host.</summary>
[TestClass]
public class GraphFormTests
{
    [TestMethod]
    public void Scales_fold_into_the_layer_before()
    {
        OnnxWriter w = Layer().Floats("s", [2], 2, 3).Node("BatchNormalization", ["c", "s", "s", "s", "s"], "n").Floats("k", [2, 1, 1], 4, 5)
            .Node("Mul", ["n", "k"], "m").Node("Add", ["k", "m"], "a").Node("Relu", ["a"], "y");
        Graph g = Oracle.Same(w, 1);
        Assert.AreEqual("Conv Relu", Operators(g));
        Assert.AreEqual("a", g.Body[0].Output.Name);
        Assert.HasCount(3, g.Remarks);
    }

    [TestMethod]
    public void A_value_read_twice_keeps_its_scale_apart()
    {
        Graph g = Oracle.Same(Layer().Floats("s", [2], 2, 3).Node("BatchNormalization", ["c", "s", "s", "s", "s"], "n").Node("Add", ["n", "c"], "y"), 1);
        Assert.AreEqual("Conv BatchNormalization Add", Operators(g));
        Assert.AreEqual(2, ((Convolution)g.Body[1]).Groups);
    }

    [TestMethod]
    public void A_value_that_leaves_the_network_keeps_its_scale_apart()
    {
        Graph g = Oracle.Same(Layer().Floats("k", [], 2).Node("Mul", ["c", "k"], "y"), 1, outputs: ["c", "y"]);
        Assert.AreEqual("Conv Mul", Operators(g));
        Assert.HasCount(2, g.Outputs);
    }

    [TestMethod]
    public void Padding_folds_into_convolutions_but_not_into_MaxPool()
    {
        OnnxWriter w = new OnnxWriter(13, 1, 2, 6, 6).Longs("p", 0, 0, 1, 2, 0, 0, 0, 1).Node("Pad", ["x", "p"], "p0")
            .Floats("w", [2, 2, 3, 3], Oracle.Random(36, 1)).Node("Conv", ["p0", "w"], "c").Node("AveragePool", ["p0"], "a", Ints("kernel_shape", 3, 3)).Node("Add", ["a", "c"], "y");
        Assert.AreEqual("Conv AveragePool Add", Operators(Oracle.Same(w, 1)));
        w = new OnnxWriter(13, 1, 2, 6, 6).Longs("p", 0, 0, 1, 2, 0, 0, 0, 1).Node("Pad", ["x", "p"], "p0").Node("MaxPool", ["p0"], "y", Ints("kernel_shape", 2, 2));
        Assert.AreEqual("Pad MaxPool", Operators(Oracle.Same(w, 1)));
    }

    [TestMethod]
    public void Depth_first_channels_fold_into_the_layer_before()
    {
        OnnxWriter w = new OnnxWriter(13, 1, 2, 3, 3).Floats("w", [8, 2, 1, 1], Oracle.Random(16, 1)).Node("Conv", ["x", "w"], "c").Node("DepthToSpace", ["c"], "y", Int("blocksize", 2));
        Assert.AreEqual("Conv DepthToSpace", Operators(Oracle.Same(w, 1)));
    }

    [TestMethod]
    public void A_channel_shuffle_is_a_convolution()
    {
        OnnxWriter w = new OnnxWriter(13, 1, 6, 3, 4).Longs("a", 1, 2, 3, 3, 4).Node("Reshape", ["x", "a"], "r").Node("Transpose", ["r"], "t", Ints("perm", 0, 2, 1, 3, 4))
            .Longs("b", 1, 6, 3, 4).Node("Reshape", ["t", "b"], "s").Node("Relu", ["s"], "r2").Floats("w", [6, 1, 3, 3], Oracle.Random(54, 1)).Node("Conv", ["r2", "w"], "y", Int("group", 6));
        Oracle.Same(w, 1);
    }

    [TestMethod]
    public void Rearrangements_that_cancel_cost_nothing()
    {
        OnnxWriter w = Layer().Node("Transpose", ["c"], "t", Ints("perm", 0, 2, 3, 1)).Node("Transpose", ["t"], "u", Ints("perm", 0, 3, 1, 2))
            .Floats("v", [1, 2, 1, 1], 1, 2).Node("Conv", ["u", "v"], "y");
        Graph g = Oracle.Same(w, 1);
        Assert.AreEqual("Conv Conv", Operators(g));
        Assert.IsEmpty(g.Decoding);
    }

    [TestMethod]
    public void Images_with_channels_last_are_read_as_planes()
    {
        byte[] file = new OnnxWriter(13, 1, 4, 5, 3).Node("Transpose", ["x"], "t", Ints("perm", 0, 3, 1, 2)).Floats("w", [1, 3, 1, 1], 1, 2, 3).Node("Conv", ["t", "w"], "y").File();
        Graph g = OnnxImporter.Import(file, "t");
        CollectionAssert.AreEqual(new[] { 1, 3, 4, 5 }, g.Input.Shape);
        Assert.Contains("channels", g.Remarks[0]);
        float[] image = Oracle.Random(60, 1), planes = new float[60];
        for (int i = 0; i < 60; i++)
            planes[i % 3 * 20 + i / 3] = image[i];
        Close.Assert(Oracle.Reference(file, [1, 4, 5, 3], image)[0], Oracle.Run(g, planes)[0], 1e-5, "planes");
    }

    [TestMethod]
    public void A_flat_input_that_becomes_an_image_is_one()
    {
        OnnxWriter w = new OnnxWriter(13, 1, 32).Longs("s", -1, 2, 4, 4).Node("Reshape", ["x", "s"], "i").Floats("w", [1, 2, 3, 3], Oracle.Random(18, 1)).Node("Conv", ["i", "w"], "y");
        CollectionAssert.AreEqual(new[] { 1, 2, 4, 4 }, Oracle.Same(w, 1).Input.Shape);
    }

    [TestMethod]
    public void What_no_output_needs_is_dropped()
    {
        Graph g = Oracle.Same(Layer().Node("Exp", ["c"], "unused").Node("Relu", ["c"], "y"), 1, outputs: ["y"]);
        Assert.AreEqual("Conv Relu", Operators(g));
        Assert.Contains("1 nodes that no output needs", g.Remarks[0]);
    }

    [TestMethod]
    public void Nodes_in_any_order()
    {
        OnnxWriter w = Layer().Node("Relu", ["c"], "y");
        (w.Model.Graph.Node[0], w.Model.Graph.Node[1]) = (w.Model.Graph.Node[1].Clone(), w.Model.Graph.Node[0].Clone());
        Assert.AreEqual("Conv Relu", Operators(OnnxImporter.Import(w.File("y"), "t")));
    }

    [TestMethod]
    public void Final_steps_run_on_the_host()
    {
        OnnxWriter w = Layer().Node("Transpose", ["c"], "t", Ints("perm", 0, 2, 3, 1)).Longs("s", 1, -1, 2).Node("Reshape", ["t", "s"], "r").Node("Softmax", ["r"], "y", Int("axis", 2));
        Graph g = Oracle.Same(w, 1);
        Assert.AreEqual("Conv", Operators(g));
        Assert.AreEqual("Transpose Reshape Softmax", string.Join(' ', g.Decoding.Select(d => d.Operator)));
        Assert.AreEqual("y", g.DecodedOutputs[0].Name);
        Assert.IsTrue(g.Remarks.TrueForAll(r => r.Contains("host")));
    }

    [TestMethod]
    [DataRow((int)DataType.Uint8, 0, 255, 128)]
    [DataRow((int)DataType.Int8, -128, 127, 0)]
    public void Quantized_activations_and_weights(int type, int min, int max, int zero)
    {
        OnnxWriter w = new OnnxWriter(13, 1, 2, 4, 4).Floats("s", [], 0.0625f).Codes("z", (DataType)type, [], zero)
            .Node("QuantizeLinear", ["x", "s", "z"], "q").Node("DequantizeLinear", ["q", "s", "z"], "d")
            .Codes("wq", DataType.Int8, [3, 2, 1, 1], 1, -2, 3, -4, 5, -6).Floats("ws", [3], 0.5f, 0.25f, 0.125f).Codes("wz", DataType.Int8, [3], 0, 0, 0)
            .Node("DequantizeLinear", ["wq", "ws", "wz"], "wf", Int("axis", 0)).Node("Conv", ["d", "wf"], "y");
        Graph g = Oracle.Same(w, 1);
        var grid = (ActivationGrid)g.Body[0];
        Assert.AreEqual(max - min, grid.MaximumCode);
        Assert.AreEqual(zero - min, grid.Zero);
        CollectionAssert.AreEqual(new[] { 0.5f, -1, 0.75f, -1, 0.625f, -0.75f }, ((Convolution)g.Body[1]).Weights);
    }

    [TestMethod]
    public void A_trained_grid_is_found_and_nothing_is_folded_across_it()
    {
        OnnxWriter w = Layer().Floats("i", [2, 1, 1], 4, 8).Floats("h", [1], 0.5f).Floats("lo", [], -8).Floats("hi", [], 7).Floats("s", [2, 1, 1], 0.25f, 0.125f).Floats("k", [], 3)
            .Node("Mul", ["c", "i"], "a").Node("Add", ["a", "h"], "b").Node("Floor", ["b"], "f").Node("Clip", ["f", "lo", "hi"], "l").Node("Mul", ["s", "l"], "g").Node("Mul", ["g", "k"], "y");
        Graph g = Oracle.Same(w, 1);
        Assert.AreEqual("Conv Floor Mul", Operators(g));
        var grid = (ActivationGrid)g.Body[1];
        CollectionAssert.AreEqual(new[] { 0.25f, 0.125f }, grid.Scales);
        Assert.AreEqual((8, 15), (grid.Zero, grid.MaximumCode));
    }

    [TestMethod]
    public void The_operator_table_is_sorted_and_complete()
    {
        string[] names = [.. OperatorTable.All.Select(o => o.Name)];
        CollectionAssert.AreEqual(names.Order(StringComparer.Ordinal).ToArray(), names);
        Assert.IsTrue(OperatorTable.All.All(o => o.Import is not null || o.Fold is not null));
        Assert.Contains("ConvTranspose", OnnxImporter.SupportedOperators);
    }

    private static OnnxWriter Layer() => new OnnxWriter(13, 1, 3, 4, 5).Floats("w", [2, 3, 1, 1], Oracle.Random(6, 7)).Node("Conv", ["x", "w"], "c");

    private static string Operators(Graph g) => string.Join(' ', g.Body.Select(n => n.OnnxOperator));
}
