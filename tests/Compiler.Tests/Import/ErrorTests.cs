using Barrel.Compiler.Import;
using Barrel.Compiler.Import.Onnx;
using Barrel.Runtime;
using static Barrel.Compiler.Tests.Import.OnnxWriter;

namespace Barrel.Compiler.Tests.Import;

/// <summary>Each refusal, with its code and the words a user needs.</summary>
[TestClass]
public class ErrorTests
{
    private static OnnxWriter Image(int opset = 13) => new(opset, 1, 2, 6, 6);

    private static OnnxWriter WithWeights(params AttributeProto[] attributes) =>
        Image().Floats("w", [2, 2, 3, 3], new float[36]).Node("Conv", ["x", "w"], "y", attributes);

    [TestMethod]
    public void Empty_and_alien_files()
    {
        Expect(ImportErrors.Unreadable, [], "no graph");
        Expect(ImportErrors.Unreadable, [1, 2, 3, 4, 5, 6, 7, 8], "truncated");
        Expect(ImportErrors.Unreadable, "\x89PNG\r\n\x1a\n not a model"u8.ToArray(), "");
    }

    [TestMethod]
    public void Truncated_file() => Expect(ImportErrors.Unreadable, WithWeights().File()[..^20], "truncated");

    [TestMethod]
    public void Missing_file()
    {
        var e = Assert.ThrowsExactly<BarrelException>(() => OnnxImporter.ImportFile("no/such/file.onnx"));
        Assert.AreEqual(ImportErrors.Unreadable, e.Code);
    }

    [TestMethod]
    [DataRow(5)]
    [DataRow(22)]
    [DataRow(-1)]
    public void Opset_outside_the_range(int opset) => Expect(ImportErrors.Opset, Image(opset).Node("Relu", ["x"], "y").File(), "6 to 21");

    [TestMethod]
    public void Unknown_operator() =>
        Expect(ImportErrors.Operator, Image().Node("Attention", ["x"], "y").File(), "operator Attention (opset 13), node 'node_y'", "ConvTranspose");

    [TestMethod]
    public void Operator_of_another_domain()
    {
        OnnxWriter w = Image().Node("Relu", ["x"], "y");
        w.Model.Graph.Node[0].Domain = "com.example";
        Expect(ImportErrors.Operator, w.File(), "com.example.Relu");
    }

    [TestMethod]
    public void Product_of_two_computed_values() => Expect(ImportErrors.Operator, Image().Node("MatMul", ["x", "x"], "y").File(), "attention");

    [TestMethod]
    public void Multiplication_of_two_computed_values() => Expect(ImportErrors.Operator, Image().Node("Mul", ["x", "x"], "y").File(), "both operands");

    [TestMethod]
    [DataRow("Sigmoid")]
    [DataRow("Softmax")]
    public void Final_step_before_a_layer(string op) =>
        Expect(ImportErrors.Operator, Image().Node(op, ["x"], "s").Node("Relu", ["s"], "y").File(), $"{op} as the last thing");

    [TestMethod]
    public void Operator_that_exists_between_constants_only() => Expect(ImportErrors.Operator, Image().Node("Sqrt", ["x"], "y").File(), "Sqrt");

    [TestMethod]
    public void Floor_outside_a_grid() => Expect(ImportErrors.Operator, Image().Node("Floor", ["x"], "y").File(), "grid");

    [TestMethod]
    public void Integers_without_DequantizeLinear() => Expect(ImportErrors.Operator,
        Image().Floats("s", [], 0.5f).Node("QuantizeLinear", ["x", "s"], "q").Node("Relu", ["q"], "y").File(), "QuantizeLinear");

    [TestMethod]
    public void Second_output_of_MaxPool() =>
        Expect(ImportErrors.Operator, Image().Node("MaxPool", ["x"], "y,indices", Ints("kernel_shape", 2, 2)).File(), "second output");

    [TestMethod]
    public void Unknown_attribute() => Expect(ImportErrors.Attribute, WithWeights(Int("fast", 1)).File(), "attribute fast", "kernel_shape");

    [TestMethod]
    public void Attribute_of_a_wrong_type() => Expect(ImportErrors.Attribute, WithWeights(Float("group", 1)).File(), "attribute group", "Int");

    [TestMethod]
    [DataRow("strides", 0, 1)]
    [DataRow("strides", 1, -1)]
    [DataRow("strides", 1 << 20, 1)]
    [DataRow("dilations", 0, 0)]
    [DataRow("kernel_shape", 5, 5)]
    [DataRow("pads", 1, 1)]
    public void Windows_out_of_range(string attribute, int y, int x) =>
        Expect(ImportErrors.Attribute, WithWeights(Ints(attribute, y, x)).File(), $"node 'node_y', attribute {attribute}");

    [TestMethod]
    [DataRow(3L)]
    [DataRow(0L)]
    [DataRow(-1L)]
    [DataRow(long.MinValue)]
    public void Groups_that_do_not_divide(long group) => Expect(ImportErrors.Attribute, WithWeights(Int("group", group)).File(), "attribute group");

    [TestMethod]
    public void Modes_that_are_not_there()
    {
        Expect(ImportErrors.Attribute, Image().Longs("s", 1, 2, 9, 9).Node("Resize", ["x", "", "", "s"], "y", Text("mode", "cubic")).File(), "'cubic'", "nearest, linear");
        Expect(ImportErrors.Attribute, Image().Longs("p", 0, 0, 1, 1, 0, 0, 1, 1).Node("Pad", ["x", "p"], "y", Text("mode", "reflect")).File(), "constant");
        Expect(ImportErrors.Attribute, Image().Longs("p", 0, 0, 1, 1, 0, 0, 1, 1).Floats("v", [], 3).Node("Pad", ["x", "p", "v"], "y").File(), "value");
    }

    [TestMethod]
    public void Kernel_larger_than_the_input() =>
        Expect(ImportErrors.Shape, Image().Node("MaxPool", ["x"], "y", Ints("kernel_shape", 9, 9)).File(), "[1, 2, 0, 0]");

    [TestMethod]
    public void Weights_for_other_channels() =>
        Expect(ImportErrors.Shape, Image().Floats("w", [2, 3, 1, 1], new float[6]).Node("Conv", ["x", "w"], "y").File(), "[2, 3, 1, 1]");

    [TestMethod]
    public void Data_shorter_than_its_shape()
    {
        OnnxWriter w = WithWeights();
        w.Model.Graph.Initializer[0].Dims[0] = 4;
        Expect(ImportErrors.Shape, w.File(), "tensor 'w'", "288");
    }

    [TestMethod]
    public void Rearranged_value_before_a_layer() => Expect(ImportErrors.Shape,
        Image().Node("Transpose", ["x"], "t", Ints("perm", 0, 2, 1, 3)).Node("GlobalAveragePool", ["t"], "y").File(), "Transpose 't'");

    [TestMethod]
    public void Symbolic_dimension_is_named_and_can_be_given()
    {
        OnnxWriter w = new(13, 1, 2, 6, 6);
        TensorShapeProto.Types.Dimension d = w.Model.Graph.Input[0].Type.TensorType.Shape.Dim[2];
        d.DimParam = "rows";
        w.Model.Graph.Input[0].Type.TensorType.Shape.Dim[0].DimParam = "N";
        byte[] file = w.Node("Relu", ["x"], "y").File();
        Expect(ImportErrors.Shape, file, "'rows'");
        CollectionAssert.AreEqual(new[] { 1, 2, 8, 6 }, OnnxImporter.Import(file, "t", [1, 2, 8, 6]).Outputs[0].Shape);
    }

    [TestMethod]
    public void Batch_other_than_one() => Expect(ImportErrors.Shape, new OnnxWriter(13, 4, 2, 6, 6).Node("Relu", ["x"], "y").File(), "batch of 4");

    [TestMethod]
    public void Cycles_of_any_length()
    {
        Expect(ImportErrors.Wiring, Image().Node("Relu", ["y"], "y").File(), "cycle");
        OnnxWriter w = Image().Node("Add", ["x", "v999"], "v0");
        for (int i = 1; i < 1000; i++)
            w.Node("Relu", [$"v{i - 1}"], $"v{i}");
        Expect(ImportErrors.Wiring, w.File(), "cycle");
    }

    [TestMethod]
    public void Missing_and_doubled_values()
    {
        Expect(ImportErrors.Wiring, Image().Node("Add", ["x", "nowhere"], "y").File(), "'nowhere'", "missing");
        Expect(ImportErrors.Wiring, Image().Node("Relu", ["x"], "y").Node("Relu", ["x"], "y").File(), "made twice");
        Expect(ImportErrors.Wiring, Image().Node("Relu", ["x"], "x").File("x"), "made twice");
        Expect(ImportErrors.Wiring, Image().Node("Relu", [], "y").File(), "input 0 is missing");
        Expect(ImportErrors.Wiring, Image().Node("Relu", ["x"], "y").File("y", ""), "no name");
        Expect(ImportErrors.Wiring, Image().Floats("k", [1], 1).Node("Identity", ["k"], "y").File(), "constant");
    }

    [TestMethod]
    public void Two_inputs()
    {
        OnnxWriter w = Image().Node("Add", ["x", "z"], "y");
        w.Model.Graph.Input.Add(Info("z", [1, 2, 6, 6]));
        Expect(ImportErrors.Wiring, w.File(), "2 inputs");
    }

    [TestMethod]
    [DataRow(float.NaN)]
    [DataRow(float.PositiveInfinity)]
    public void Weights_that_are_not_finite(float bad)
    {
        var weights = new float[36];
        weights[7] = bad;
        Expect(ImportErrors.NonFinite, Image().Floats("kernel", [2, 2, 3, 3], weights).Node("Conv", ["x", "kernel"], "y").File(), "'kernel'", "element 7");
    }

    [TestMethod]
    public void Folding_that_overflows()
    {
        Expect(ImportErrors.NonFinite, Image().Floats("w", [1, 2, 1, 1], 3e38f, 0).Floats("k", [], 2).Node("Conv", ["x", "w"], "c").Node("Mul", ["c", "k"], "y").File(), "folded");
        Expect(ImportErrors.NonFinite, Image().Floats("o", [2], 1, 1).Floats("v", [2], 1, -1)
            .Node("BatchNormalization", ["x", "o", "o", "o", "v"], "y").File(), "variance -1");
    }

    [TestMethod]
    public void Large_things_asked_for_in_few_bytes()
    {
        Expect(ImportErrors.TooLarge, new OnnxWriter(13, 1, 1 << 13, 1 << 10, 1 << 10).Node("Relu", ["x"], "y").File(), "67108864");
        Expect(ImportErrors.TooLarge, Image().Longs("s", 1 << 26).Node("ConstantOfShape", ["s"], "k").Node("Add", ["x", "k"], "y").File(), "4194304");
        OnnxWriter w = new(13, 1, 1 << 24, 1, 1);
        Expect(ImportErrors.TooLarge, w.Floats("k", [], 2).Node("Mul", ["x", "k"], "y").File(), "48 MB");
        w = Image().Longs("s", 1 << 22);
        for (int i = 0; i < 100; i++)
            w.Node("ConstantOfShape", ["s"], $"k{i}");
        w.Node("Sum", [.. Enumerable.Range(0, 100).Select(i => $"k{i}")], "y");
        Expect(ImportErrors.TooLarge, w.File(), "48 MB");
    }

    [TestMethod]
    public void Millions_of_empty_messages()
    {
        var graph = new byte[2 << 20];
        for (int i = 0; i < graph.Length; i += 2)
            graph[i] = 0x0A;
        byte[] header = [0x3A, 0x80, 0x80, 0x80, 0x01];
        Expect(ImportErrors.TooLarge, [.. header, .. graph], "48 MB");
    }

    [TestMethod]
    public void Weights_in_another_file()
    {
        OnnxWriter w = WithWeights();
        w.Model.Graph.Initializer[0].DataLocation = TensorProto.Types.DataLocation.External;
        Expect(ImportErrors.ExternalData, w.File(), "'w'");
    }

    [TestMethod]
    public void Element_types_that_are_not_numbers()
    {
        OnnxWriter w = WithWeights();
        w.Model.Graph.Initializer[0].DataType = 8;
        Expect(ImportErrors.ElementType, w.File(), "String");
        w = Image().Node("Relu", ["x"], "y");
        w.Model.Graph.Input[0].Type.TensorType.ElemType = 7;
        Expect(ImportErrors.ElementType, w.File(), "Int64");
    }

    [TestMethod]
    public void Messages_are_one_line_without_a_full_stop()
    {
        OnnxWriter w = Image().Node("Relu\nerror", ["x"], "y");
        BarrelException e = Expect(ImportErrors.Operator, w.File(), "Relu?error");
        Assert.DoesNotContain("\n", e.Message);
        Assert.DoesNotEndWith(".", e.Message);
    }

    private static BarrelException Expect(int code, byte[] file, params string[] words)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        var e = Assert.ThrowsExactly<BarrelException>(() => OnnxImporter.Import(file, "test"));
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.AreEqual(code, e.Code, e.Message);
        foreach (string word in words)
            StringAssert.Contains(e.Message, word);
        Assert.IsLessThan((64L << 20) + 8L * file.Length, allocated, e.Message);
        return e;
    }
}
