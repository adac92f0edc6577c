using System.Runtime.InteropServices;
using Barrel.Compiler.Cards;
using Barrel.Compiler.Graphs;
using Barrel.Compiler.Import;
using Barrel.Compiler.Lowering;
using Barrel.Compiler.Packing;
using Barrel.Compiler.Quantizing;
using Barrel.Runtime;

namespace Barrel.Compiler.Tests.Packing;

/// <summary>A network that went all the way: lowered, rounded, packed and loaded again.</summary>
internal sealed class Quantized
{
    /// <summary>Share of a layer's codes that floats may put on the other side of a border.</summary>
    private const double OffMax = 0.001;

    /// <summary>The same where negative sums pass a slope, whose terms each round down.</summary>
    private const double SlopesOffMax = 0.01;

    public Quantized(LoweredNetwork network, IReadOnlyList<byte[]> frames, QuantizeOptions options, ModelPurpose purpose)
    {
        Network = network;
        Weights = Quantizer.Quantize(network, frames, options);
        Model = Model.Load(ModelWriter.Write(network, Weights, purpose), 1 << 30);
    }

    public LoweredNetwork Network { get; }

    public Dictionary<LinearLayer, QuantizedLinear> Weights { get; }

    public Model Model { get; }

    public static Quantized Of(Graph graph, ModelCard card, IReadOnlyList<byte[]> frames, QuantizeOptions options) => new(
        NetworkCompiler.Lower(graph, card), frames, options,
        new ModelPurpose(graph.Name, NetworkCompiler.InputFormatOf(graph, card), card.Task, card.Classes, card.RoadClass, card.IgnoreLabel));

    /// <summary>A network of shared/data, its card, and frames that it is meant for.</summary>
    public static (Graph Graph, ModelCard Card, List<byte[]> Frames) Real(string name, int frames)
    {
        string path = SharedData.Model(name);
        Graph graph = OnnxImporter.ImportFile(path);
        ModelCard card = ModelCard.For(path, null);
        string data = name.Contains("cifar", StringComparison.Ordinal) ? SharedData.Require("cifar10_jpg", "cifar10_train_20000.zip")
            : name.Contains("mnist", StringComparison.Ordinal) ? SharedData.Require("mnist")
            : SharedData.Require("camvid_240x180", "train");
        return (graph, card, Compiler.Data.CalibrationFrames.Load(data, NetworkCompiler.InputFormatOf(graph, card), TextWriter.Null, frames));
    }

    /// <summary>
    /// Runs a frame layer by layer and compares each with real arithmetic on the very inputs that the executor had: weights, slopes and grids as chosen,
    /// sums in floats. Codes may be off by one where a sum lies on a border, and few are.
    /// </summary>
    /// <param name="codes">The frame.</param>
    public void AssertRealArithmetic(byte[] codes)
    {
        Executor executor = Executors.Create(Model, SwarExecutor.ExecutorName);
        codes.CopyTo(executor.Arena, executor.InputOffset);
        FloatFlow flow = new() { [Network.Input] = FloatFlow.InputValues(Network.Input, codes) };
        for (int i = 0; i < Network.Layers.Count; i++)
        {
            executor.RunLayer(i);
            LoweredLayer layer = Network.Layers[i];
            TensorInfo info = Model.Tensors[Model.Layers[i].Output];
            ReadOnlySpan<byte> made = executor.Arena.AsSpan(info.ArenaOffset, info.ByteCount());
            float[] real = layer is LinearLayer linear ? RunLinear(linear, flow, codes) : flow.Run(layer, null, null, null);
            double share = layer is LinearLayer { Slopes: float[] slopes } && Array.Exists(slopes, v => v != 0) ? SlopesOffMax : OffMax;
            switch (layer)
            {
                case ResampleLayer:
                    AssertCodes(layer, ResampledCodes((ResizeLayer)Model.Layers[i], executor), made, share: 0);
                    break;
                case LinearLayer { WriteOut: WriteOut.Raw }:
                    AssertSums(layer, real, MemoryMarshal.Cast<byte, int>(made), info);
                    break;
                case LinearLayer { WriteOut: WriteOut.ArgMax }:
                    AssertCodes(layer, Array.ConvertAll(Lowering.LoweredRun.Greatest(real, layer.Output.Area), v => (int)v), made, share, anyDifference: true);
                    break;
                case LinearLayer { WriteOut: WriteOut.Threshold } masks:
                    AssertCodes(layer, Array.ConvertAll(real, v => v >= masks.Threshold ? 1 : 0), made, share);
                    break;
                case LinearLayer { Sign: true }:
                    AssertCodes(layer, Array.ConvertAll(real, v => v >= 0 ? 1 : 0), made, share);
                    break;
                default:
                    AssertCodes(layer, CodesOf(layer.Output, real, (layer as LinearLayer)?.Grid?.MaximumCode ?? layer.Output.CodeMax), made, share);
                    break;
            }

            flow[layer.Output] = ValuesOf(info, made, layer.Output.IsBinary);
        }
    }

    /// <summary>Every executor of this machine, layer by layer, against the first.</summary>
    public static void AssertExecutorsAgree(Model model, byte[] codes)
    {
        Executor[] executors = [.. Executors.For(model).Select(k => k.Create(model))];
        foreach (Executor executor in executors)
            codes.CopyTo(executor.Arena, executor.InputOffset);
        for (int i = 0; i < model.Layers.Length; i++)
        {
            TensorInfo info = model.Tensors[model.Layers[i].Output];
            foreach (Executor executor in executors)
            {
                executor.RunLayer(i);
                Assert.IsTrue(
                    executor.Arena.AsSpan(info.ArenaOffset, info.ByteCount()).SequenceEqual(executors[0].Arena.AsSpan(info.ArenaOffset, info.ByteCount())),
                    $"{executor.Name} differs from {executors[0].Name} in layer '{model.Layers[i].Name}'");
            }
        }
    }

    /// <summary>What leaves the network, as values.</summary>
    public static float[][] Outputs(Model model, byte[] codes)
    {
        Executor executor = Executors.Create(model);
        codes.CopyTo(executor.Arena, executor.InputOffset);
        executor.Run();
        return [.. model.OutputTensors.Select(t => model.Tensors[t]).Select(t => ValuesOf(t, executor.Arena.AsSpan(t.ArenaOffset, t.ByteCount()), t.Bits == 1))];
    }

    private static float[] ValuesOf(TensorInfo info, ReadOnlySpan<byte> bytes, bool binary)
    {
        float[] values = new float[info.Channels * info.Height * info.Width];
        int area = info.Height * info.Width;
        for (int i = 0; i < values.Length; i++)
        {
            int c = i / area;
            values[i] = binary ? (2 * bytes[i]) - 1
                : info.Bits == 32 ? (float)Math.ScaleB(MemoryMarshal.Cast<byte, int>(bytes)[i], info.ScaleExponentOf(c))
                : MathF.ScaleB(info.LevelOf(bytes[i]) - info.LevelOf(info.ZeroOf(c)), info.ScaleExponentOf(c));
        }

        return values;
    }

    private static int[] CodesOf(LoweredTensor tensor, float[] values, int codeMax)
    {
        int[] codes = new int[values.Length];
        for (int i = 0; i < codes.Length; i++)
        {
            int c = i / tensor.Area;
            codes[i] = tensor.IsLog ? LogGrids.CodeOf(tensor, values[i]) : (int)Math.Clamp(Math.Floor(Math.ScaleB((double)values[i], -tensor.ScaleExponents[c]) + 0.5) + tensor.Zeros[c], 0, codeMax);
        }

        return codes;
    }

    private static void AssertCodes(LoweredLayer layer, int[] expected, ReadOnlySpan<byte> made, double share, bool anyDifference = false)
    {
        Assert.AreEqual(expected.Length, made.Length);
        int off = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            int difference = Math.Abs(expected[i] - made[i]);
            Assert.IsTrue(difference <= 1 || anyDifference, $"layer '{layer.Name}', code {i} is {made[i]}, real arithmetic gives {expected[i]}");
            off += difference > 0 ? 1 : 0;
        }

        Assert.IsLessThanOrEqualTo((share * expected.Length) + (share == 0 ? 0 : 2), off, $"layer '{layer.Name}': {off} of {expected.Length} codes are off");
    }

    private static void AssertSums(LoweredLayer layer, float[] expected, ReadOnlySpan<int> made, TensorInfo info)
    {
        float most = expected.Max(Math.Abs);
        for (int i = 0; i < made.Length; i++)
            Assert.AreEqual(
                expected[i], Math.ScaleB(made[i], info.ScaleExponentOf(0)), (1e-4 * most) + Math.ScaleB(1, info.ScaleExponentOf(0)), $"layer '{layer.Name}', sum {i}");
    }

    /// <summary>
    /// Outside the frame a blob has the code nearest to the value zero, as the input's mean need not be whole: the sums see code − zero, and the bias the rest.
    /// </summary>
    private float[] RunLinear(LinearLayer layer, FloatFlow flow, byte[] codes)
    {
        LoweredTensor input = Network.Input;
        float[] wholes = input.Subtract is null ? flow[input] : [.. codes.Select((c, i) => (float)(c - input.Zeros[i / input.Area]))];
        FloatSums sums = new(layer);
        QuantizedLinear made = Weights[layer];
        float[] bias = [.. made.Bias];
        double[] offsets = [.. layer.Inputs.SelectMany(p => Enumerable.Range(p.First, p.Channels).Select(c => p.Tensor.IsBinary ? 0 : RowBuilder.OffsetOf(p.Tensor, c)))];
        int perGroup = layer.InputChannels / layer.Groups;
        for (int i = 0; i < made.Weights.Length; i++)
        {
            int row = i / layer.FanIn;
            int channel = (row / (layer.Rows / layer.Groups) * perGroup) + (i % layer.FanIn / (layer.KernelHeight * layer.KernelWidth));
            bias[row] += (float)(made.Weights[i] * offsets[channel]);
        }

        return flow.RunLinear(WithPackedSlopes(layer), sums, sums.Gather(t => t == input ? wholes : flow[t]), made.Weights, bias);
    }

    /// <summary>As the format defines it: four neighbours by sixteenths.</summary>
    private int[] ResampledCodes(ResizeLayer layer, Executor executor)
    {
        TensorInfo input = Model.Tensors[layer.Input];
        int At(int c, int y, int x) =>
            executor.Arena[input.ArenaOffset + (((c * input.Height) + Math.Min(y, input.Height - 1)) * input.Width) + Math.Min(x, input.Width - 1)];
        return
        [
            .. from c in Enumerable.Range(0, input.Channels)
               from row in Enumerable.Range(0, layer.RowIndex.Length)
               from column in Enumerable.Range(0, layer.ColumnIndex.Length)
               let y = layer.RowIndex[row]
               let x = layer.ColumnIndex[column]
               let fy = layer.RowFraction[row]
               let fx = layer.ColumnFraction[column]
               select ((((At(c, y, x) * (16 - fx)) + (At(c, y, x + 1) * fx)) * (16 - fy)) + (((At(c, y + 1, x) * (16 - fx)) + (At(c, y + 1, x + 1) * fx)) * fy) + 128) >> 8,
        ];
    }

    /// <summary>The blob's slopes are two powers at most; the rounding of the rest is not what this compares.</summary>
    private static LinearLayer WithPackedSlopes(LinearLayer layer)
    {
        layer.Slopes = layer.Slopes is null ? null : Array.ConvertAll(layer.Slopes, s => TermTable.Nearest([s], LayerCost.SlopeTermsMax)[0]);
        return layer;
    }
}
