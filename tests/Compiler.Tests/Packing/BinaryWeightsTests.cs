using Barrel.Compiler.Lowering;
using Barrel.Compiler.Packing;
using Barrel.Compiler.Quantizing;
using Barrel.Runtime;

namespace Barrel.Compiler.Tests.Packing;

/// <summary>A layer of ±1 by XNOR and popcount gives what the same layer gives by taps.</summary>
[TestClass]
public class BinaryWeightsTests
{
    [TestMethod]
    [DataRow(1, WriteOut.Codes, 0.0)]
    [DataRow(63, WriteOut.Codes, 0.5)]
    [DataRow(64, WriteOut.Codes, -0.25)]
    [DataRow(65, WriteOut.Codes, -3.0)]
    [DataRow(200, WriteOut.Codes, 0.999)]
    [DataRow(200, WriteOut.Raw, 2.0)]
    [DataRow(130, WriteOut.ArgMax, -1.0)]
    public void EqualTheTapForm(int inputs, WriteOut writeOut, double bias)
    {
        Random r = new(inputs);
        int rows = 9;
        QuantizedLinear weights = new(
            [.. Enumerable.Range(0, rows * inputs).Select(_ => (float)((r.Next(2) * 2) - 1))], [.. Enumerable.Range(0, rows).Select(i => (float)(bias + i - 4))]);
        (Model binary, LinearLayer layer) = Build(inputs, rows, writeOut, weights, split: false);
        (Model taps, LinearLayer split) = Build(inputs, rows, writeOut, weights, split: true);
        Assert.IsInstanceOfType<BinaryLayer>(binary.Layers[0]);
        Assert.IsInstanceOfType<TapLayer>(taps.Layers[0]);
        for (int frame = 0; frame < 50; frame++)
        {
            byte[] codes = [.. Enumerable.Range(0, inputs).Select(_ => (byte)(frame == 0 ? 0 : frame == 1 ? 1 : r.Next(2)))];
            float[] byBits = Quantized.Outputs(binary, codes)[0];
            CollectionAssert.AreEqual(Quantized.Outputs(taps, codes)[0], byBits);
            double[] sums = [.. Enumerable.Range(0, rows).Select(row => weights.Bias[row] + codes.Select((c, i) => ((2.0 * c) - 1) * weights.Weights[(row * inputs) + i]).Sum())];
            for (int i = 0; i < byBits.Length; i++)
                Assert.AreEqual(writeOut == WriteOut.Raw ? sums[i] : writeOut == WriteOut.ArgMax ? Array.IndexOf(sums, sums.Max()) : sums[i] >= 0 ? 1 : -1, byBits[i]);
            Quantized.AssertExecutorsAgree(binary, codes);
            Quantized.AssertExecutorsAgree(taps, codes);
        }
    }

    [TestMethod]
    public void OthersTakeTaps()
    {
        QuantizedLinear ones = new([1, -1, 1, 1], [0, 0.5f]);
        Assert.IsTrue(BinaryWeights.Apply(Layer(2, 2, WriteOut.Codes, split: false), ones));
        Assert.IsFalse(BinaryWeights.Apply(Layer(2, 2, WriteOut.Raw, split: false), ones), "the half would be lost");
        Assert.IsTrue(BinaryWeights.Apply(Layer(2, 2, WriteOut.Raw, split: false), ones with { Bias = [0, 1] }));
        Assert.IsFalse(BinaryWeights.Apply(Layer(2, 2, WriteOut.Codes, split: false), ones with { Weights = [1, -1, 0.5f, 1] }));
        LinearLayer codes = Layer(2, 2, WriteOut.Codes, split: false);
        codes.Inputs[0].Tensor.IsBinary = false;
        Assert.IsFalse(BinaryWeights.Apply(codes, ones));
    }

    private static (Model Model, LinearLayer Layer) Build(int inputs, int rows, WriteOut writeOut, QuantizedLinear weights, bool split)
    {
        LinearLayer layer = Layer(inputs, rows, writeOut, split);
        LoweredNetwork network = new() { Input = layer.Inputs[0].Tensor, Layers = [layer], Outputs = [layer.Output] };
        InputFormat format = new() { Channels = 1, Height = 1, Width = inputs, Flat = true, ChannelOrder = InputFormat.ChannelsGray, Thresholds = [128] };
        byte[] blob = ModelWriter.Write(
            network, new Dictionary<LinearLayer, QuantizedLinear> { [layer] = weights }, new ModelPurpose("binary", format, Model.TaskNone, [], -1, -1));
        return (Model.Load(blob, 1 << 20), layer);
    }

    /// <param name="split">Read as two halves, which only taps can.</param>
    private static LinearLayer Layer(int inputs, int rows, WriteOut writeOut, bool split)
    {
        LoweredTensor input = new("input", inputs, 1, 1) { Bits = 1, IsBinary = true };
        Array.Fill(input.ScaleExponents, 1);
        LoweredTensor output = new("output", writeOut == WriteOut.ArgMax ? 1 : rows, 1, 1) { Bits = writeOut == WriteOut.Raw ? 32 : writeOut == WriteOut.ArgMax ? 8 : 1 };
        if (writeOut == WriteOut.Codes)
        {
            output.IsBinary = true;
            Array.Fill(output.ScaleExponents, 1);
        }

        return new LinearLayer
        {
            Name = "layer",
            OnnxOperator = "Gemm",
            Inputs = split && inputs > 1 ? [new Piece(input, 0, inputs / 2), new Piece(input, inputs / 2, inputs - (inputs / 2))]
                : split ? [new Piece(input, 0, 1, 1, 1)] : [new Piece(input, 0, inputs)],
            Output = output,
            Rows = rows,
            Groups = 1,
            KernelHeight = 1,
            KernelWidth = 1,
            GridHeight = 1,
            GridWidth = 1,
            Weights = new float[rows * inputs],
            Bias = new float[rows],
            Sign = writeOut == WriteOut.Codes,
            WriteOut = writeOut,
        };
    }
}
