using Barrel.Compiler.Graphs;
using Barrel.Compiler.Lowering;
using Barrel.Compiler.Quantizing;
using Barrel.Compiler.Tests.Data;
using Barrel.Compiler.Tests.Lowering;

namespace Barrel.Compiler.Tests.Quantizing;

[TestClass]
public class QuantizerTests
{
    [TestMethod]
    [DataRow(0.3)]
    [DataRow(0.5)]
    [DataRow(0.75)]
    [DataRow(1.0)]
    [DataRow(1.25)]
    public void AddsStayWithinTheBudget(double addsPerMac)
    {
        LoweredNetwork network = Network();
        Dictionary<LinearLayer, QuantizedLinear> quantized = Quantizer.Quantize(network, Frames(network), new QuantizeOptions { AddsPerMac = addsPerMac });
        double adds = quantized.Sum(q => LayerCost.TapAdds(q.Key, q.Value.Weights) + LayerCost.FixedAdds(q.Key));
        Assert.IsLessThanOrEqualTo(addsPerMac * network.Macs, adds);
        Assert.IsGreaterThanOrEqualTo(0.9 * addsPerMac * network.Macs, adds, "and much of it is spent");
        foreach (QuantizedLinear q in quantized.Values)
            Assert.IsTrue(Array.TrueForAll(q.Weights, w => SignedPowers.CountTerms(w) <= 3));
    }

    [TestMethod]
    public void MoreAddsAreNoWorse()
    {
        double last = double.PositiveInfinity;
        foreach (double addsPerMac in new[] { 0.3, 0.6, 1.2 })
        {
            LoweredNetwork network = Network();
            List<byte[]> frames = Frames(network);
            float[][] exact = [.. frames.Select(f => Scores(Fresh(), f, null))];
            Dictionary<LinearLayer, QuantizedLinear> quantized = Quantizer.Quantize(network, frames, new QuantizeOptions { AddsPerMac = addsPerMac });
            double error = frames.Select((f, i) => exact[i].Zip(Scores(network, f, quantized)).Sum(p => Math.Pow(p.First - p.Second, 2))).Sum();
            Assert.IsLessThan(last, error, $"at {addsPerMac}");
            last = error;
        }

        static LoweredNetwork Fresh()
        {
            LoweredNetwork network = Network();
            InputFactors.Fold(network);
            return network;
        }
    }

    [TestMethod]
    public void ABudgetBelowTheFixedAddsIsRefused() => Expect.Error(
        LoweringErrors.BadOption,
        () =>
        {
            LoweredNetwork network = Network();
            Quantizer.Quantize(network, Frames(network), new QuantizeOptions { AddsPerMac = 0.01 });
        },
        "--adds-per-mac 0.01", "the least that can be met");

    [TestMethod]
    [DataRow(WeightScheme.Log2, true)]
    [DataRow(WeightScheme.Linear, false)]
    [DataRow(WeightScheme.LogNet, false)]
    [DataRow(WeightScheme.LogSqrt2, false)]
    public void TheBiasKeepsTheMeanOfEachRowButInPublishedSchemes(WeightScheme scheme, bool corrects)
    {
        GraphBuilder b = new(1, 3, 10, 12);
        b.To(b.Conv(b.Input, 5, pad: 1, stride: 2));
        LoweredNetwork network = Lowerer.Lower(b.Graph, Input(3, 10, 12));
        LinearLayer layer = (LinearLayer)network.Layers.Single();
        layer.WriteOut = WriteOut.Raw;
        List<byte[]> frames = Frames(network);
        QuantizedLinear made = Quantizer.Quantize(network, frames, new QuantizeOptions { Weights = scheme, Bits = 3 })[layer];
        CollectionAssert.AreNotEqual(layer.Weights, made.Weights);
        double[] wanted = Means(layer, frames, network, layer.Weights, layer.Bias);
        double[] actual = Means(layer, frames, network, made.Weights, made.Bias);
        double[] uncorrected = Means(layer, frames, network, made.Weights, layer.Bias);
        if (!corrects)
        {
            CollectionAssert.AreEqual(layer.Bias, made.Bias);
            return;
        }

        for (int row = 0; row < wanted.Length; row++)
            Assert.AreEqual(wanted[row], actual[row], 1e-5, $"row {row}");
        Assert.IsGreaterThan(1e-3, wanted.Zip(uncorrected).Max(p => Math.Abs(p.First - p.Second)));
    }

    [TestMethod]
    public void ShortWeightsAndTrainedGridsAreKept()
    {
        GraphBuilder b = new(1, 3, 10, 12);
        Value x = b.Grid(b.Relu(b.Conv(b.Input, 4)), 0, 15, 0.5f);
        b.To(b.Conv(x, 2));
        foreach (Convolution conv in b.Graph.Body.OfType<Convolution>())
            conv.Weights = Array.ConvertAll(conv.Weights, w => SignedPowers.Nearest(SignedPowers.Table(2, 8), w));
        LoweredNetwork network = Lowerer.Lower(b.Graph, Input(3, 10, 12, multiply: 1));
        foreach ((LinearLayer layer, QuantizedLinear made) in Quantizer.Quantize(network, Frames(network), new QuantizeOptions { AddsPerMac = 0.1 }))
        {
            CollectionAssert.AreEqual(layer.Weights, made.Weights);
            CollectionAssert.AreEqual(layer.Bias, made.Bias);
        }

        Assert.AreEqual(4, network.Layers[0].Output.Bits);
        CollectionAssert.AreEqual(new[] { -1, -1, -1, -1 }, network.Layers[0].Output.ScaleExponents);
    }

    [TestMethod]
    public void PadsOfBinaryTensorsAreRefused()
    {
        GraphBuilder b = new(1, 3, 10, 12);
        b.To(b.Conv(b.Sign(b.Conv(b.Input, 4)), 2, pad: 1));
        LoweredNetwork network = Lowerer.Lower(b.Graph, Input(3, 10, 12));
        Expect.Error(LoweringErrors.NoTapForm, () => Quantizer.Quantize(network, Frames(network), new QuantizeOptions { AddsPerMac = 4 }), "binary");
    }

    /// <summary>Convolutions with slopes, a skip, a scale behind a concat and a transposed end.</summary>
    private static LoweredNetwork Network()
    {
        GraphBuilder b = new(7, 3, 16, 20);
        Value one = b.PRelu(b.Conv(b.Input, 8, stride: 2, pad: 1));
        Value two = b.Relu(b.Sum(b.Conv(one, 8, pad: 1), one));
        Value three = b.Relu(b.Scale(b.Concat(one, b.Conv(two, 8, pad: 2, dilation: 2))));
        b.To(b.ConvTranspose(b.Conv(three, 8), 4, 2, 2));
        LoweredNetwork network = Lowerer.Lower(b.Graph, Input(3, 16, 20));
        ((LinearLayer)network.Layers[^1]).WriteOut = WriteOut.Raw;
        return network;
    }

    private static LoweredTensor Input(int channels, int height, int width, float multiply = 1 / 50f) =>
        new("input", channels, height, width) { Subtract = [.. Enumerable.Repeat(128f, channels)], Multiply = [.. Enumerable.Repeat(multiply, channels)] };

    private static List<byte[]> Frames(LoweredNetwork network) => [.. Enumerable.Range(0, 6).Select(seed =>
    {
        Random random = new(seed);
        byte[] codes = new byte[network.Input.ElementCount];
        int shade = 128;
        for (int i = 0; i < codes.Length; i++)
            codes[i] = (byte)(shade = Math.Clamp(shade + random.Next(-40, 41), 0, 255));
        return codes;
    })];

    /// <summary>What leaves the network, with weights and activations rounded as the quantizer chose, or nothing rounded.</summary>
    private static float[] Scores(LoweredNetwork network, byte[] frame, Dictionary<LinearLayer, QuantizedLinear>? quantized)
    {
        FloatFlow flow = new() { [network.Input] = FloatFlow.InputValues(network.Input, frame) };
        foreach (LoweredLayer layer in network.Layers)
        {
            LinearLayer? linear = layer as LinearLayer;
            QuantizedLinear? made = linear is null ? null : quantized?[linear];
            flow[layer.Output] = flow.Run(layer, linear is null ? null : new FloatSums(linear), made?.Weights, made?.Bias);
            if (quantized is not null && layer.Output.Bits <= 8)
                Compiler.Quantizing.ActivationGrids.Round(layer.Output, flow[layer.Output], layer.Output.CodeMax);
        }

        return flow[network.Outputs[0]];
    }

    private static double[] Means(LinearLayer layer, List<byte[]> frames, LoweredNetwork network, float[] weights, float[] bias)
    {
        FloatSums sums = new(layer);
        double[] means = new double[layer.Rows];
        foreach (byte[] frame in frames)
        {
            FloatFlow flow = new() { [network.Input] = FloatFlow.InputValues(network.Input, frame) };
            float[] values = flow.Run(layer, sums, weights, bias);
            for (int i = 0; i < values.Length; i++)
                means[i / layer.Output.Area] += (double)values[i] / layer.Output.Area / frames.Count;
        }

        return means;
    }
}
