using Barrel.Compiler.Cards;
using Barrel.Compiler.Import.Onnx;
using Barrel.Compiler.Peers;
using Barrel.Compiler.Tests.Import;
using DataType = Barrel.Compiler.Import.Onnx.TensorProto.Types.DataType;

namespace Barrel.Compiler.Tests.Peers;

[TestClass]
public class FakeQuantizationTests
{
    [TestMethod]
    [DataRow(true, "Conv,Relu,Identity")]
    [DataRow(false, "Conv,Relu")]
    public void GridsGoAndTheirLowerEndStays(bool relu, string left)
    {
        OnnxWriter network = Convolution().Floats("into", [], 16).Floats("half", [], 0.5f).Floats("low", [], 0).Floats("high", [], 15).Floats("back", [], 1 / 16f);
        if (relu)
            network.Node("Relu", ["c"], "r");
        network.Node("Mul", [relu ? "r" : "c", "into"], "q0").Node("Add", ["q0", "half"], "q1").Node("Floor", ["q1"], "q2").Node("Clip", ["q2", "low", "high"], "q3").Node("Mul", ["q3", "back"], "y");
        AssertLeft(network.File(), 5, left);
    }

    [TestMethod]
    public void SignedGridsLeaveNothing()
    {
        OnnxWriter network = Convolution().Floats("half", [], 0.5f).Floats("low", [], -8).Floats("high", [], 7)
            .Node("Add", ["c", "half"], "q1").Node("Floor", ["q1"], "q2").Node("Clip", ["q2", "low", "high"], "q3").Node("Neg", ["q3"], "y");
        AssertLeft(network.File(), 3, "Conv,Neg");
    }

    [TestMethod]
    public void PairsGoAndWeightsBecomeFloats()
    {
        OnnxWriter network = new OnnxWriter(13, 1, 3, 4, 5).Floats("s", [], 0.5f).Floats("ws", [2], 0.5f, 0.25f);
        network.Codes("wq", DataType.Int8, [2, 3, 1, 1], 1, -2, 3, -4, 5, -6).Codes("wz", DataType.Int8, [2], 1, 0).Codes("z", DataType.Uint8, [], 100);
        byte[] file = network
            .Node("QuantizeLinear", ["x", "s", "z"], "xq").Node("DequantizeLinear", ["xq", "s", "z"], "xd")
            .Node("DequantizeLinear", ["wq", "ws", "wz"], "w", OnnxWriter.Int("axis", 0)).Node("Conv", ["xd", "w"], "c")
            .Node("QuantizeLinear", ["c", "s", "z"], "cq").Node("DequantizeLinear", ["cq", "s", "z"], "y").File();
        GraphProto graph = AssertLeft(file, 5, "Conv,Identity");
        float[] floats = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(graph.Initializer.Single(t => t.Name == "w").RawData.Span).ToArray();
        CollectionAssert.AreEqual(new[] { 0, -1.5f, 1, -1, 1.25f, -1.5f }, floats);
    }

    [TestMethod]
    public void WhatIsNoGridStays()
    {
        // Floor of something read elsewhere, a half that is none, scales that do not undo each other.
        byte[] third = Convolution().Floats("half", [], 0.25f).Floats("low", [], 0).Floats("high", [], 15)
            .Node("Add", ["c", "half"], "q1").Node("Floor", ["q1"], "q2").Node("Clip", ["q2", "low", "high"], "y").File();
        Assert.AreEqual((0, third), (FakeQuantization.Strip(third).NodesRemoved, FakeQuantization.Strip(third).File));
        byte[] shared = Convolution().Floats("half", [], 0.5f).Floats("low", [], 0).Floats("high", [], 15)
            .Node("Add", ["c", "half"], "q1").Node("Floor", ["q1"], "q2").Node("Clip", ["q2", "low", "high"], "q3").Node("Add", ["q3", "q2"], "y").File();
        Assert.AreEqual(0, FakeQuantization.Strip(shared).NodesRemoved);
        byte[] scaled = Convolution().Floats("into", [], 16).Floats("half", [], 0.5f).Floats("low", [], 0).Floats("high", [], 15).Floats("back", [], 2)
            .Node("Mul", ["c", "into"], "q0").Node("Add", ["q0", "half"], "q1").Node("Floor", ["q1"], "q2").Node("Clip", ["q2", "low", "high"], "q3").Node("Mul", ["q3", "back"], "y").File();
        AssertLeft(scaled, 3, "Conv,Mul,Relu,Mul");
        byte[] text = "no network"u8.ToArray();
        Assert.AreEqual((text, 0), FakeQuantization.Strip(text));
    }

    private static OnnxWriter Convolution() =>
        new OnnxWriter(13, 1, 3, 4, 5).Floats("w", [2, 3, 1, 1], 1, -2, 3, -4, 5, 0.5f).Node("Conv", ["x", "w"], "c");

    /// <summary>These operators are left, and ONNX Runtime still runs them to an output of the same size.</summary>
    private static GraphProto AssertLeft(byte[] file, int removed, string operators)
    {
        (byte[] stripped, int nodes) = FakeQuantization.Strip(file);
        Assert.AreEqual(removed, nodes);
        GraphProto graph = ModelProto.Parser.ParseFrom(stripped).Graph;
        Assert.AreEqual(operators, string.Join(',', graph.Node.Select(n => n.OpType)));
        using var network = new OnnxRuntimeNetwork("stripped", stripped, new ModelCard());
        using OnnxRuntimeSession session = network.Open();
        using var outputs = session.Infer();
        Assert.AreEqual(2 * 4 * 5, outputs[0].GetTensorDataAsSpan<float>().Length);
        return graph;
    }
}
