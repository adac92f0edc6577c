using Barrel.Compiler.Cards;
using Barrel.Compiler.Data;
using Barrel.Compiler.Peers;
using Barrel.Compiler.Peers.Int8;
using Barrel.Compiler.Tests.Import;
using Barrel.Runtime;
using static Barrel.Compiler.Tests.Import.OnnxWriter;

namespace Barrel.Compiler.Tests.Peers;

/// <summary>The 8-bit peer is one that a comparison can be honest with: ONNX Runtime runs it in 8 bits, and it computes the network.</summary>
[TestClass]
public class Int8NetworkTests
{
    private static readonly ModelCard Card = new() { Input = new CardInput { Subtract = [128], Multiply = [1.0 / 128] } };

    [TestMethod]
    public void SumsAndRelusAreOneOperatorEach()
    {
        Int8Network network = AssertClose(30, Start().Node("Relu", ["c"], "r").Floats("v", [8, 8, 3, 3], Weights(8 * 8 * 9))
            .Node("Conv", ["r", "v"], "d", Ints("pads", 1, 1, 1, 1)).Node("Add", ["d", "r"], "s").Node("Relu", ["s"], "y"));
        AssertCounts(network, ("QLinearConv", 2), ("QLinearAdd", 1), ("QuantizeLinear", 1), ("DequantizeLinear", 1), ("Relu", 0), ("QLinearLeakyRelu", 0));
    }

    [TestMethod]
    public void ChannelWiseOperatorsAreConvolutions()
    {
        OnnxWriter writer = Start().Node("Concat", ["c", "c"], "k", Int("axis", 1))
            .Floats("g", [16], Weights(16, 1.5f)).Floats("b", [16], Weights(16)).Floats("m", [16], Weights(16)).Floats("v", [16], [.. Weights(16).Select(w => (w * w) + 0.1f)])
            .Floats("a", [16, 1, 1], Weights(16))
            .Node("BatchNormalization", ["k", "g", "b", "m", "v"], "n").Node("PRelu", ["n", "a"], "y");
        AssertCounts(AssertClose(25, writer), ("QLinearConv", 3), ("QLinearAdd", 1), ("QLinearConcat", 1), ("BatchNormalization", 0), ("PRelu", 0));
    }

    [TestMethod]
    [DataRow(3, 1)]
    [DataRow(3, 0)]
    [DataRow(2, 0)]
    public void TransposedConvolutionsAreConvolutions(int kernel, int padding)
    {
        OnnxWriter writer = Start().Floats("t", [8, 5, kernel, kernel], Weights(8 * 5 * kernel * kernel)).Floats("b", [5], Weights(5))
            .Node("ConvTranspose", ["c", "t", "b"], "y", Ints("pads", padding, padding, padding, padding));
        Int8Network network = AssertClose(30, writer);
        AssertCounts(network, ("QLinearConv", 2), ("ConvTranspose", 0));
        Assert.AreEqual(0, network.FloatProducts);
    }

    [TestMethod]
    public void StridedTransposedConvolutionsStayInFloats()
    {
        OnnxWriter writer = Start().Floats("t", [8, 5, 3, 3], Weights(8 * 5 * 9)).Node("ConvTranspose", ["c", "t"], "y", Ints("strides", 2, 2));
        Assert.AreEqual(1, AssertClose(30, writer).FloatProducts);
    }

    [TestMethod]
    public void PoolsMovesAndFullyConnectedLayersAreInBytes()
    {
        OnnxWriter writer = Start().Node("MaxPool", ["c"], "m", Ints("kernel_shape", 2, 2), Ints("strides", 2, 2))
            .Node("AveragePool", ["m"], "a", Ints("kernel_shape", 2, 2), Ints("strides", 2, 2)).Node("Sigmoid", ["a"], "s").Node("Mul", ["a", "s"], "p")
            .Node("Flatten", ["p"], "f").Floats("w2", [8 * 4 * 5, 10], Weights(1600)).Floats("b2", [10], Weights(10)).Node("Gemm", ["f", "w2", "b2"], "g")
            .Node("LeakyRelu", ["g"], "y", Float("alpha", 0.1f));
        AssertCounts(
            AssertClose(25, writer), ("QLinearConv", 1), ("QLinearAveragePool", 1), ("QLinearSigmoid", 1), ("QLinearMul", 1), ("QGemm", 1), ("QLinearLeakyRelu", 1),
            ("QuantizeLinear", 1), ("DequantizeLinear", 1));
    }

    [TestMethod]
    public void OldFilesAreRaised()
    {
        OnnxWriter writer = Start(opset: 8).Node("Relu", ["c"], "y");
        // Files of that age list their weights among the inputs.
        writer.Model.Graph.Input.Add(Info("w", [8, 3, 3, 3]));
        AssertCounts(AssertClose(30, writer), ("QLinearConv", 1), ("Relu", 0));
    }

    [TestMethod]
    public void NothingToMultiplyIsAnError()
    {
        OnnxWriter writer = new OnnxWriter(13, 1, 3, 16, 20).Node("Relu", ["x"], "y");
        BarrelException error = Assert.ThrowsExactly<BarrelException>(() => Build(writer.File()));
        Assert.AreEqual(PeerErrors.NotInt8, error.Code);
    }

    /// <summary>The networks that ours is measured on: all layers in 8 bits but the transposed ones of the decoder, and answers like the float network's on frames of the road.</summary>
    [TestMethod]
    [DataRow("espnet_camvid_240x320", 82, 49, 3, 10)]
    [DataRow("road_qat_prototype", 13, 7, 0, 25)]
    public void RealNetworks(string name, int convolutions, int sums, int floatProducts, int decibels)
    {
        string path = SharedData.Model(name);
        ModelCard card = ModelCard.For(path, null);
        (byte[] file, _) = FakeQuantization.Strip(File.ReadAllBytes(path));
        using var exact = new OnnxRuntimeNetwork(path, file, card);
        List<byte[]> frames = CalibrationFrames.Load(SharedData.Require("camvid_240x180", "train", "images"), exact.Input, TextWriter.Null, 8);
        byte[] unseen = CalibrationFrames.Load(SharedData.Require("camvid_240x180", "val", "images"), exact.Input, TextWriter.Null, 1)[0];
        using OnnxRuntimeSession session = exact.Open();
        byte[] expected = session.Segment(unseen).Ids.ToArray();
        foreach (Int8Form form in new[] { Int8Form.X64, Int8Form.Arm64, Int8Form.Arm64Dot })
        {
            Int8Network network = Int8Network.Of(name, file, card, frames, form);
            Assert.IsGreaterThanOrEqualTo(convolutions, network.Count("QLinearConv"));
            Assert.IsGreaterThanOrEqualTo(sums, network.Count("QLinearAdd"));
            Assert.AreEqual(floatProducts, network.FloatProducts);
            using var inBytes = new OnnxRuntimeNetwork(path, network.File, card);
            Assert.IsGreaterThan(decibels, OutputError.SqnrDb(exact, inBytes, unseen)!.Value, $"{form}");
            using OnnxRuntimeSession other = inBytes.Open();
            byte[] actual = other.Segment(unseen).Ids.ToArray();
            Assert.IsGreaterThan(0.9, (double)expected.Zip(actual).Count(p => p.First == p.Second) / expected.Length, $"{form}");
        }
    }

    private static OnnxWriter Start(int opset = 13) => new OnnxWriter(opset, 1, 3, 16, 20).Floats("w", [8, 3, 3, 3], Weights(8 * 27))
        .Node("Conv", ["x", "w"], "c", Ints("pads", 1, 1, 1, 1));

    private static float[] Weights(int count, float around = 0) => [.. Enumerable.Range(0, count).Select(i => around + (0.4f * MathF.Sin(i * i)))];

    private static List<byte[]> Frames(OnnxRuntimeNetwork network) => CalibrationFrames.Load(null, network.Input, TextWriter.Null, 4);

    private static Int8Network Build(byte[] file)
    {
        using var exact = new OnnxRuntimeNetwork("small", file, Card);
        return Int8Network.Of("small", file, Card, Frames(exact));
    }

    private static Int8Network AssertClose(int decibels, OnnxWriter writer)
    {
        byte[] file = writer.File();
        Int8Network network = Build(file);
        using var exact = new OnnxRuntimeNetwork("small", file, Card);
        using var inBytes = new OnnxRuntimeNetwork("small", network.File, Card);
        foreach (byte[] frame in Frames(exact))
            Assert.IsGreaterThan(decibels, OutputError.SqnrDb(exact, inBytes, frame)!.Value);
        return network;
    }

    private static void AssertCounts(Int8Network network, params (string Operator, int Count)[] expected)
    {
        foreach ((string type, int count) in expected)
            Assert.AreEqual(count, network.Count(type), $"{type} in {string.Join(' ', network.Operators)}");
    }
}
