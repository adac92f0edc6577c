using Barrel.Runtime;

namespace Barrel.Compiler.Emitting;

/// <summary>A tap layer in the form that generated code has: rows of cell taps, and how its tensors are split into phases of columns.</summary>
internal sealed class HotLayer
{
    /// <summary>Sums of 16 bits, between −2^15 and 2^15 − 1.</summary>
    private const int SumMax = 32767;

    /// <summary>Lanes of a word.</summary>
    private const int LaneCount = 8;

    /// <summary>Whole words are read apart from a column by fewer lanes than a word has.</summary>
    private const int ReachMax = LaneCount - 1;

    private readonly List<(TensorInfo Tensor, int Index, int Channel)> _channels = [];

    private HotLayer(Model model, int index, TapLayer layer)
    {
        Model = model;
        Index = index;
        Layer = layer;
        foreach (TapInput input in layer.Inputs)
            for (int c = 0; c < input.Channels; c++)
                _channels.Add((model.Tensors[input.Tensor], input.Tensor, input.FirstChannel + c));
        IsByteLanes = TapProgram.FitsBytes(model, layer) && layer.Skips.All(s => CodeMax(model.Tensors[s.Tensor]) <= TapProgram.ByteLaneCodeMax);
    }

    public Model Model { get; }

    /// <summary>Which layer of the model.</summary>
    public int Index { get; }

    public TapLayer Layer { get; }

    /// <summary>Phases of columns of every input.</summary>
    public int SplitIn => SplitOut * Layer.StrideX;

    /// <summary>Phases of columns of the output.</summary>
    public int SplitOut { get; private init; }

    /// <summary>Whether codes are added in bytes, and not in 16 bits, of a word.</summary>
    public bool IsByteLanes { get; }

    public RowForm[] Rows { get; private set; } = [];

    public TensorInfo Output => Model.Tensors[Layer.Output];

    /// <summary>Words of a phase of a row, of inputs and output alike.</summary>
    public int WordsAcross => Output.Width / SplitOut / LaneCount;

    /// <summary>The layer in that form.</summary>
    /// <param name="model">Loaded.</param>
    /// <param name="index">Of the layer.</param>
    /// <param name="splitOut">Phases that who reads the output asks for.</param>
    /// <param name="why">Where the result is null: why it has no such form.</param>
    public static HotLayer? TryMake(Model model, int index, int splitOut, out string why)
    {
        if (model.Layers[index] is not TapLayer layer)
        {
            why = $"{model.Layers[index].Operator} has no taps";
            return null;
        }

        HotLayer hot = new(model, index, layer) { SplitOut = splitOut };
        why = hot.WhyNot();
        if (why.Length > 0)
            return null;
        hot.Rows = new RowForms(hot).Make();
        why = hot.WhyNotRows();
        return why.Length > 0 ? null : hot;
    }

    public TensorInfo InputTensor(Cell cell) => _channels[cell.Channel].Tensor;

    /// <summary>Greatest code of a channel of the inputs.</summary>
    public int CodeMaxOf(int channel) => CodeMax(_channels[channel].Tensor);

    public static int CodeMax(TensorInfo tensor) => (1 << tensor.Bits) - 1;

    /// <summary>Code of padding.</summary>
    public int ZeroOf(Cell cell) => InputTensor(cell).ZeroOf(_channels[cell.Channel].Channel);

    /// <summary>Row of the input that a cell reads for row 0 of the output.</summary>
    public int FirstLineOf(int ky) => (ky * Layer.DilationY) - Layer.PadTop;

    /// <summary>Phase of the input's columns that a cell reads for a phase of the output, and by how many lanes it lies apart.</summary>
    public (int Phase, int Apart) ColumnOf(int kx, int phaseOut)
    {
        int column = (phaseOut * Layer.StrideX) + (kx * Layer.DilationX) - Layer.PadLeft;
        int phase = ((column % SplitIn) + SplitIn) % SplitIn;
        return (phase, (column - phase) / SplitIn);
    }

    /// <summary>Words from a row to the next, of inputs and output.</summary>
    public int LineWordsIn => WordsAcross * SplitIn;

    public int LineWordsOut => WordsAcross * SplitOut;

    /// <summary>Word of a cell's channel and phase in row 0.</summary>
    public int FirstWordOf(Cell cell, int phase)
    {
        (TensorInfo tensor, _, int channel) = _channels[cell.Channel];
        return (tensor.ArenaOffset / LaneCount) + (channel * tensor.Height * LineWordsIn) + (phase * WordsAcross);
    }

    /// <summary>Word of an output channel in row 0 of a phase.</summary>
    public int FirstOutputWord(int channel, int phase) =>
        (Output.ArenaOffset / LaneCount) + (channel * Output.Height * LineWordsOut) + (phase * WordsAcross);

    /// <summary>Word of a skip's channel, alike.</summary>
    public int FirstSkipWord(int skip, int channel, int phase)
    {
        TapInput input = Layer.Skips[skip];
        return (Model.Tensors[input.Tensor].ArenaOffset / LaneCount) + ((input.FirstChannel + channel) * Output.Height * LineWordsOut) + (phase * WordsAcross);
    }

    private string WhyNot()
    {
        TapLayer layer = Layer;
        if (layer.Mode == AccumulatorLayer.ModeRaw)
            return "it writes raw sums";
        if (layer.SlopeCount is not null)
            return "its activation has slopes";
        if (layer.PhaseX != 1 || layer.PhaseY != 1)
            return "it is a transposed layer";
        if (Output.IsLog || layer.Inputs.Concat(layer.Skips).Any(i => Model.Tensors[i.Tensor].IsLog))
            return "it has log codes";
        if (layer.Inputs.Any(i => i.UpsampleShiftX != 0 || i.UpsampleShiftY != 0))
            return "it reads an upsampled tensor";
        if (layer.Inputs.Concat(layer.Skips).Any(i => Model.Tensors[i.Tensor].Bits > 8))
            return "it reads raw sums";
        if (Output.Width % (LaneCount * SplitOut) != 0 || layer.InputWidth % (LaneCount * SplitIn) != 0)
            return $"rows of {layer.InputWidth} and {Output.Width} columns are not whole words in {SplitIn} and {SplitOut} phases";
        if (layer.InputWidth / SplitIn != Output.Width / SplitOut)
            return $"rows of {layer.InputWidth} columns do not become rows of {Output.Width} by stride {layer.StrideX}";
        int reach = Enumerable.Range(0, layer.KernelWidth).Max(kx => Enumerable.Range(0, SplitOut).Max(p => Math.Abs(ColumnOf(kx, p).Apart)));
        return reach > ReachMax ? $"its kernel reaches {reach} lanes, more than {ReachMax}" : "";
    }

    private string WhyNotRows()
    {
        bool isMask = Layer.Mode == AccumulatorLayer.ModeArgMax;
        foreach (RowForm row in Rows)
            if (isMask ? row.Greatest - Rows.Min(r => r.Least) > (2 * SumMax) + 1 : row.Least - ((long)row.Low << row.Shift) < -SumMax - 1 || row.Greatest - ((long)row.Low << row.Shift) > SumMax)
                return $"sums of row {row.Index} lie from {row.Least} to {row.Greatest}, more than 16 bits";
        RowForm? far = Array.Find(Rows, r => r.Shift > 15);
        return far is null ? "" : $"row {far.Index} is shifted by {far.Shift}, more than 15";
    }
}
