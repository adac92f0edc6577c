using System.Runtime.InteropServices;
using Barrel.Compiler.Cards;
using Barrel.Compiler.Graphs;
using Barrel.Compiler.Lowering;
using Barrel.Compiler.Quantizing;
using Barrel.Runtime;

namespace Barrel.Compiler.Reports;

/// <summary>What <c>barrel verify</c> found for one layer.</summary>
/// <param name="SqnrDb">Energy of the float network's values over that of the difference, in decibels; for a mask that of the scores behind it.</param>
public sealed record LayerFidelity(string Name, string Operator, double SqnrDb);

/// <summary>Compares a blob with its float network layer by layer, and every executor of this machine with the first, byte by byte.</summary>
public sealed class Verification
{
    private readonly LoweredNetwork _network;
    private readonly Model _model;
    private readonly Executor _scores;
    private readonly double[] _signal;
    private readonly double[] _noise;

    private Verification(LoweredNetwork network, Model model)
    {
        _network = network;
        _model = model;
        _scores = Executors.Create(WithScores(Model.Load(model.Blob, int.MaxValue)), SwarExecutor.ExecutorName);
        _signal = new double[model.Layers.Length];
        _noise = new double[model.Layers.Length];
        foreach (LinearLayer layer in network.Layers.OfType<LinearLayer>())
            if (layer is { WriteOut: WriteOut.Codes, Grid: ActivationGrid grid })
                ActivationGrids.Take(layer.Output, grid);
    }

    /// <summary>Executors that were compared.</summary>
    public string[] ExecutorNames => [.. Executors.For(_model).Select(k => k.Name)];

    /// <summary>Null, or where the first difference between two executors was.</summary>
    public string? FirstDifference { get; private set; }

    public IReadOnlyList<LayerFidelity> Layers =>
    [
        .. _model.Layers.Select((l, i) => new LayerFidelity(
            l.Name, l.Operator, _noise[i] == 0 ? double.PositiveInfinity : 10 * Math.Log10(Math.Max(_signal[i], 1e-300) / _noise[i]))),
    ];

    /// <param name="graph">The float network.</param>
    /// <param name="card">Its card.</param>
    /// <param name="model">The blob made of it.</param>
    /// <param name="frames">Codes of the frames to compare on.</param>
    /// <param name="compareExecutors">False: signal-to-noise alone, which is quicker.</param>
    /// <exception cref="BarrelException">BRL2005: the blob was not made of this network.</exception>
    public static Verification Run(Graph graph, ModelCard card, Model model, IReadOnlyList<byte[]> frames, bool compareExecutors = true)
    {
        LoweredNetwork network = NetworkCompiler.Lower(graph, card);
        if (!network.Layers.Select(l => l.Name).SequenceEqual(model.Layers.Select(l => l.Name)))
            throw new BarrelException(
                LoweringErrors.CardMismatch,
                $"the blob has {model.Layers.Length} layers of '{model.Name}', and '{graph.Name}' with this card gives {network.Layers.Count} others; compile it from this network");
        InputFactors.Fold(network);
        Verification verification = new(network, model);
        foreach (byte[] codes in frames)
        {
            if (compareExecutors)
                verification.CompareExecutors(codes);
            verification.CompareWithFloat(codes);
        }

        return verification;
    }

    private void CompareExecutors(byte[] codes)
    {
        Executor[] executors = [.. Executors.For(_model).Select(k => k.Create(_model))];
        foreach (Executor executor in executors)
        {
            // What an executor reads without having written it would differ: each begins with other garbage.
            executor.Arena.AsSpan().Fill((byte)(0x55 + Array.IndexOf(executors, executor)));
            codes.CopyTo(executor.Arena, executor.InputOffset);
        }

        for (int i = 0; i < _model.Layers.Length; i++)
        {
            TensorInfo made = _model.Tensors[_model.Layers[i].Output];
            foreach (Executor executor in executors)
            {
                executor.RunLayer(i);
                if (!OutputOf(executor, made).SequenceEqual(OutputOf(executors[0], made)))
                    FirstDifference ??= $"layer '{_model.Layers[i].Name}': {executor.Name} differs from {executors[0].Name}";
            }
        }
    }

    private void CompareWithFloat(byte[] codes)
    {
        FloatFlow flow = new() { [_network.Input] = FloatFlow.InputValues(_network.Input, codes) };
        codes.CopyTo(_scores.Arena, _scores.InputOffset);
        for (int i = 0; i < _network.Layers.Count; i++)
        {
            LoweredLayer layer = _network.Layers[i];
            float[] exact = flow.Run(layer, layer is LinearLayer linear ? new FloatSums(linear) : null, null, null);

            // A grid that the network was trained on is a part of it.
            if (layer is LinearLayer { WriteOut: WriteOut.Codes, Grid: ActivationGrid grid })
                ActivationGrids.Round(layer.Output, exact, grid.MaximumCode);
            flow[layer.Output] = exact;
            _scores.RunLayer(i);
            float[] made = Values(_scores, _scores.Model.Tensors[_scores.Model.Layers[i].Output], layer is LinearLayer { Sign: true }, exact);
            for (int k = 0; k < exact.Length; k++)
            {
                _signal[i] += (double)exact[k] * exact[k];
                _noise[i] += Math.Pow((double)exact[k] - made[k], 2);
            }
        }
    }

    private static ReadOnlySpan<byte> OutputOf(Executor executor, TensorInfo tensor) => executor.Arena.AsSpan(tensor.ArenaOffset, tensor.ByteCount());

    /// <summary>The same model, with layers that reduce their scores to a mask writing the scores instead, behind the arena.</summary>
    private static Model WithScores(Model model)
    {
        List<TensorInfo> tensors = [.. model.Tensors];
        for (int i = 0; i < model.Layers.Length; i++)
        {
            if (model.Layers[i] is not AccumulatorLayer layer || !IsMask(model, layer))
                continue;
            int phases = layer is TapLayer taps ? taps.PhaseY * taps.PhaseX : 1;
            TensorInfo mask = model.Tensors[layer.Output];
            TensorInfo scores = new()
            {
                Channels = layer.Rows / phases,
                Height = mask.Height,
                Width = mask.Width,
                Bits = 32,
                ArenaOffset = (model.ArenaBytes + 63) / 64 * 64,
                ScaleExponents = [0],
                Zeros = [0],
            };
            model.ArenaBytes = scores.ArenaOffset + scores.ByteCount();
            layer.Mode = AccumulatorLayer.ModeRaw;
            layer.Output = tensors.Count;
            tensors.Add(scores);
        }

        model.Tensors = [.. tensors];
        return model;
    }

    private static bool IsMask(Model model, AccumulatorLayer layer) =>
        layer.Mode == AccumulatorLayer.ModeArgMax
        || (layer.Mode == AccumulatorLayer.ModeRequantize && layer.Shift.All(s => s == 30) && model.OutputTensors.Contains(layer.Output));

    private static float[] Values(Executor executor, TensorInfo tensor, bool isSign, float[] exact)
    {
        ReadOnlySpan<byte> bytes = OutputOf(executor, tensor);
        float[] values = new float[tensor.Channels * tensor.Height * tensor.Width];
        int area = tensor.Height * tensor.Width;
        if (tensor.Bits == 32)
        {
            ReadOnlySpan<int> sums = MemoryMarshal.Cast<byte, int>(bytes);
            int unit = UnitOf(sums, exact);
            for (int i = 0; i < values.Length; i++)
                values[i] = MathF.ScaleB(sums[i], unit);
            return values;
        }

        for (int i = 0; i < values.Length; i++)
            values[i] = isSign ? (bytes[i] * 2) - 1 : (tensor.LevelOf(bytes[i]) - tensor.LevelOf(tensor.ZeroOf(i / area))) * MathF.ScaleB(1, tensor.ScaleExponentOf(i / area));
        return values;
    }

    /// <summary>The power of two that brings sums nearest to the float scores; a mask's layer has no need to state it.</summary>
    private static int UnitOf(ReadOnlySpan<int> sums, float[] exact)
    {
        double cross = 0;
        double energy = 0;
        for (int i = 0; i < sums.Length; i++)
        {
            cross += (double)sums[i] * exact[i];
            energy += (double)sums[i] * sums[i];
        }

        return cross <= 0 || energy == 0 ? 0 : (int)Math.Round(Math.Log2(cross / energy));
    }
}
