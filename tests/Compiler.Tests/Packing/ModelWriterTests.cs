using Barrel.Compiler.Cards;
using Barrel.Compiler.Graphs;
using Barrel.Compiler.Lowering;
using Barrel.Compiler.Packing;
using Barrel.Compiler.Quantizing;
using Barrel.Compiler.Tests.Data;
using Barrel.Compiler.Tests.Lowering;
using Barrel.Runtime;
using CsCheck;

namespace Barrel.Compiler.Tests.Packing;

/// <summary>What is written is what is loaded, field by field, and the integers are the real numbers.</summary>
[TestClass]
public class ModelWriterTests
{
    [TestMethod]
    public void EveryFieldIsLoadedAsWritten() => Gen.Int[0, int.MaxValue].Each(150, seed =>
        {
            Quantized q = Random(seed);
            Model model = q.Model;
            Assert.AreEqual("näme", model.Name);
            Assert.AreEqual(Model.TaskDetection, model.Task);
            CollectionAssert.AreEqual(new[] { "one", "zwö" }, model.Classes);
            Assert.AreEqual(1, model.RoadClass);
            Assert.AreEqual(-1, model.IgnoreLabel);
            Assert.AreEqual(InputFormat.ChannelsBgr, model.Input.ChannelOrder);
            Assert.AreEqual(InputFormat.ResizeCrop, model.Input.Resize);
            Assert.AreEqual(q.Network.Macs, model.Macs);
            LoweredTensor[] tensors = [q.Network.Input, .. q.Network.Layers.Select(l => l.Output)];
            Assert.HasCount(tensors.Length, model.Tensors);
            for (int i = 0; i < tensors.Length; i++)
                AssertTensor(tensors[i], model.Tensors[i]);
            Assert.AreEqual(0, model.InputTensor);
            CollectionAssert.AreEqual(q.Network.Outputs.ConvertAll(o => Array.IndexOf(tensors, o)), model.OutputTensors);
            Assert.HasCount(q.Network.Layers.Count, model.Layers);
            for (int i = 0; i < model.Layers.Length; i++)
                AssertLayer(q.Network.Layers[i], model.Layers[i], tensors, q);
        });

    [TestMethod]
    public void TheIntegersAreTheRealNumbers() => Gen.Int[0, int.MaxValue].Each(250, seed =>
        {
            Quantized q = Random(seed);
            q.AssertRealArithmetic(Frame(q.Network.Input, seed + 77));
            Quantized.AssertExecutorsAgree(q.Model, Frame(q.Network.Input, seed + 78));
        });

    [TestMethod]
    [DataRow(WeightScheme.Linear, 4)]
    [DataRow(WeightScheme.Log2, 5)]
    [DataRow(WeightScheme.LogNet, 6)]
    [DataRow(WeightScheme.LogSqrt2, 8)]
    public void InEverySchemeAndWidth(WeightScheme scheme, int activationBits) => Gen.Int[0, int.MaxValue].Each(40, seed =>
        {
            Quantized q = Random(seed, new QuantizeOptions { Weights = scheme, ActivationBits = activationBits });
            q.AssertRealArithmetic(Frame(q.Network.Input, seed));
        });

    [TestMethod]
    [DataRow(WeightScheme.Linear, 4)]
    [DataRow(WeightScheme.LogNet, 4)]
    [DataRow(WeightScheme.Terms, 3)]
    [DataRow(WeightScheme.Log2, 2)]
    public void WithLogActivations(WeightScheme scheme, int activationBits) => Gen.Int[0, int.MaxValue].Each(80, seed =>
        {
            Quantized q = Random(seed, new QuantizeOptions { Weights = scheme, Activations = ActivationScheme.Log2, ActivationBits = activationBits, AddsPerMac = 40 });
            LoweredTensor[] tensors = [q.Network.Input, .. q.Network.Layers.Select(l => l.Output)];
            for (int i = 0; i < q.Network.Layers.Count; i++)
                AssertLayer(q.Network.Layers[i], q.Model.Layers[i], tensors, q);
            q.AssertRealArithmetic(Frame(q.Network.Input, seed));
            Quantized.AssertExecutorsAgree(q.Model, Frame(q.Network.Input, seed + 1));
            for (int i = 0; i < q.Network.Layers.Count; i++)
                AssertTensor(q.Network.Layers[i].Output, q.Model.Tensors[q.Model.Layers[i].Output]);
        });

    [TestMethod]
    [DataRow(0, 20, "output step")]
    [DataRow(-60, -60, "skip")]
    public void SumsThatNo32BitsHoldAreRefused(int outputExponent, int skipExponent, string named)
    {
        // Weights of 2^30 on codes up to 255 leave no bit below 2^8.
        GraphBuilder b = new(1, 2, 4, 4);
        Value x = b.Conv(b.Input, 2, kernel: 1);
        b.To(b.Sum(b.Conv(x, 2, kernel: 1), x));
        LoweredNetwork network = Lowerer.Lower(b.Graph, new LoweredTensor("input", 2, 4, 4));
        LinearLayer layer = (LinearLayer)network.Layers[1];
        Assert.HasCount(1, layer.Skips);
        network.Layers[0].Output.ScaleExponents = [skipExponent, skipExponent];
        layer.Inputs[0] = new Piece(network.Input, 0, 2);
        layer.Output.ScaleExponents = [outputExponent, outputExponent];
        QuantizedLinear huge = new([.. layer.Weights.Select(_ => MathF.ScaleB(1, 30))], layer.Bias);
        Expect.Error(LoweringErrors.Overflow, () => new RowBuilder(layer, huge).Build(), named, $"'{layer.Name}'");
    }

    private static void AssertTensor(LoweredTensor written, TensorInfo loaded)
    {
        Assert.AreEqual(written.IsLog, loaded.IsLog, written.Name);
        Assert.AreEqual((written.Channels, written.Height, written.Width, written.Bits), (loaded.Channels, loaded.Height, loaded.Width, loaded.Bits), written.Name);
        for (int c = 0; c < written.Channels; c++)
        {
            Assert.AreEqual(written.ScaleExponents[c], loaded.ScaleExponentOf(c), written.Name);
            Assert.AreEqual(written.Bits == 32 ? 0 : written.Zeros[c], loaded.ZeroOf(c), written.Name);
        }
    }

    private static void AssertLayer(LoweredLayer written, Layer loaded, LoweredTensor[] tensors, Quantized q)
    {
        Assert.AreEqual(written.Name, loaded.Name);
        Assert.AreEqual(written.OnnxOperator, loaded.Operator);
        Assert.AreEqual(Array.IndexOf(tensors, written.Output), loaded.Output);
        switch (written)
        {
            case PoolLayer pool:
                MaxPool w = pool.Window;
                MaxPoolLayer p = (MaxPoolLayer)loaded;
                Assert.AreEqual(Array.IndexOf(tensors, pool.Input), p.Input);
                Assert.AreEqual(
                    (w.KernelHeight, w.KernelWidth, w.StrideY, w.StrideX, w.DilationY, w.DilationX, w.PadTop, w.PadLeft),
                    (p.KernelHeight, p.KernelWidth, p.StrideY, p.StrideX, p.DilationY, p.DilationX, p.PadTop, p.PadLeft));
                break;
            case ResampleLayer resample:
                ResizeLayer r = (ResizeLayer)loaded;
                Assert.AreEqual(Array.IndexOf(tensors, resample.Input), r.Input);
                AssertTable(resample.Table.RowIndex, resample.Table.RowFraction, r.RowIndex, r.RowFraction, resample.Input.Height);
                AssertTable(resample.Table.ColumnIndex, resample.Table.ColumnFraction, r.ColumnIndex, r.ColumnFraction, resample.Input.Width);
                break;
            case LinearLayer linear:
                AssertTaps(linear, (TapLayer)loaded, tensors, q);
                break;
        }
    }

    private static void AssertTable(int[] index, float[] fraction, short[] loadedIndex, byte[] loadedFraction, int extent)
    {
        Assert.HasCount(index.Length, loadedIndex);
        for (int i = 0; i < index.Length; i++)
        {
            // The last row has none below.
            double at = Math.Min(index[i] + (double)fraction[i], extent - 1);
            Assert.AreEqual(at, Math.Min(loadedIndex[i] + (loadedFraction[i] / 16.0), extent - 1), (1 / 32.0) + 1e-6);
        }
    }

    private static void AssertTaps(LinearLayer l, TapLayer t, LoweredTensor[] tensors, Quantized q)
    {
        Assert.AreEqual(l.Macs, t.Macs);
        Assert.AreEqual(
            (l.Rows, l.Groups, l.KernelHeight, l.KernelWidth, l.StrideY, l.StrideX, l.DilationY, l.DilationX),
            (t.Rows, t.Groups, t.KernelHeight, t.KernelWidth, t.StrideY, t.StrideX, t.DilationY, t.DilationX));
        Assert.AreEqual(
            (l.PadTop, l.PadLeft, l.GridHeight, l.GridWidth, l.PhaseY, l.PhaseX, l.InputChannels, l.InputHeight, l.InputWidth),
            (t.PadTop, t.PadLeft, t.GridHeight, t.GridWidth, t.PhaseY, t.PhaseX, t.InputChannels, t.InputHeight, t.InputWidth));
        AssertPieces(l.Inputs, t.Inputs, tensors);
        AssertPieces([.. l.Skips], t.Skips, tensors);
        Assert.AreEqual(
            l.WriteOut switch { WriteOut.Raw => AccumulatorLayer.ModeRaw, WriteOut.ArgMax => AccumulatorLayer.ModeArgMax, _ => AccumulatorLayer.ModeRequantize }, t.Mode);
        TapRow[] rows = new RowBuilder(l, q.Weights[l]).Build();
        TapReader reader = new(q.Model, t);
        Assert.AreEqual(rows.Sum(r => r.Taps.Count), t.TapCount);
        for (int i = 0; i < rows.Length; i++)
        {
            TapRow row = rows[i];
            Assert.AreEqual(row.Bias, t.Bias[i]);
            List<Tap> read = [];
            for (int runs = reader.BeginRow(); runs > 0; runs--)
                for (int count = reader.BeginRun(); count > 0; count--)
                    read.Add(new Tap(reader.NextTap(), reader.Exponent, reader.Negative));
            CollectionAssert.AreEquivalent(row.Taps, read);
            for (int s = 0; s < l.Skips.Count; s++)
                Assert.AreEqual(row.SkipShifts[s], t.SkipShift[s][i]);
            if (t.Mode != AccumulatorLayer.ModeRequantize)
                continue;
            Assert.AreEqual((row.Shift, row.Post, row.Low, row.High), (t.Shift[i], t.Post[i], t.Low[i], t.High[i]));
            if (row.Slope is null)
                Assert.IsNull(t.SlopeCount);
            else
                CollectionAssert.AreEqual(
                    row.Slope,
                    Enumerable.Range(t.SlopeFirst[i], t.SlopeCount[i]).Select(k => ((t.SlopeTerms[k] & 0x7F) - 32, (t.SlopeTerms[k] & 0x80) != 0)).ToList());
        }
    }

    private static void AssertPieces(Piece[] written, TapInput[] loaded, LoweredTensor[] tensors)
    {
        Assert.HasCount(written.Length, loaded);
        for (int i = 0; i < written.Length; i++)
            Assert.AreEqual(
                (Array.IndexOf(tensors, written[i].Tensor), written[i].First, written[i].Channels, written[i].UpsampleShiftY, written[i].UpsampleShiftX),
                (loaded[i].Tensor, loaded[i].FirstChannel, loaded[i].Channels, loaded[i].UpsampleShiftY, loaded[i].UpsampleShiftX));
    }

    /// <summary>A random graph on three channels, rounded on frames of its own; linear outputs stay sums.</summary>
    private static Quantized Random(int seed, QuantizeOptions? options = null)
    {
        Graph graph = RandomGraphs.Make(seed, channels: 3);
        Value x = graph.Input;
        LoweredTensor input = new("input", 3, x.Height, x.Width) { Subtract = [128, 100, 0], Multiply = [1 / 64f, 1 / 50f, 1 / 100f] };
        for (int c = 0; c < 3; c++)
            input.Zeros[c] = (int)input.Subtract[c];
        LoweredNetwork network = Lowerer.Lower(graph, input);
        OutputForms.Apply(network, graph, new ModelCard { Task = Model.TaskDetection });
        InputFormat format = new() { Channels = 3, Height = x.Height, Width = x.Width, ChannelOrder = InputFormat.ChannelsBgr, Resize = InputFormat.ResizeCrop };
        List<byte[]> frames = [.. Enumerable.Range(seed % 1000, 4).Select(s => Frame(input, s))];
        return new Quantized(network, frames, options ?? new QuantizeOptions { AddsPerMac = 100 }, new ModelPurpose("näme", format, Model.TaskDetection, ["one", "zwö"], 1, -1));
    }

    private static byte[] Frame(LoweredTensor input, int seed)
    {
        byte[] codes = new byte[input.ElementCount];
        new Random(seed).NextBytes(codes);
        return codes;
    }
}
