using Barrel.Runtime;

namespace Barrel.Compiler.Cards;

/// <summary>The card's <c>input</c>: network input = (x − Subtract[c])·Multiply[c] for a pixel value x in 0..255.</summary>
public sealed class CardInput
{
    /// <summary>An <see cref="InputFormat"/> channel order; null: RGB for three planes, grey for one.</summary>
    public int? ChannelOrder { get; init; }

    /// <summary>Length 1 or channels.</summary>
    public double[] Subtract { get; init; } = [0];

    /// <summary>Length 1 or channels; never 0.</summary>
    public double[] Multiply { get; init; } = [1];

    /// <summary><see cref="InputFormat.ResizeStretch"/> or <see cref="InputFormat.ResizeCrop"/>.</summary>
    public int Resize { get; init; } = InputFormat.ResizeStretch;

    /// <summary>The network takes the sign of the above: +1 where it is ≥ 0, −1 elsewhere.</summary>
    public bool Binarize { get; init; }

    /// <summary>Length that a flat input is filled up to; null: no padding.</summary>
    public int? PadTo { get; init; }

    /// <summary>The network's input (not the pixel) in the padding; rounded to the nearest code's value.</summary>
    public double PadValue { get; init; }

    /// <summary>The format in which the runtime takes this network's frames.</summary>
    /// <param name="shape">The network's input, [1, channels, height, width] or [1, n]; a first dimension ≤ 0 (open) counts as 1.</param>
    /// <param name="where">The network's name, for errors.</param>
    public InputFormat ToFormat(IReadOnlyList<int> shape, string where)
    {
        string shown = $"[{string.Join(", ", shape)}]";
        if (shape.Count is not (2 or 4))
            throw Shape($"{where}: the input has shape {shown}; supported are [1, channels, height, width] and [1, n]");
        if (shape[0] > 1)
            throw Shape($"{where}: the input {shown} is a batch of {shape[0]}; export the network for one frame at a time");
        for (int i = 1; i < shape.Count; i++)
        {
            if (shape[i] <= 0)
                throw Shape($"{where}: dimension {i} of the input {shown} is open; export the network with a fixed size");
        }

        return shape.Count == 2 ? Flat(shape[1], where) : Planes(shape, shown, where);
    }

    private InputFormat Planes(IReadOnlyList<int> shape, string shown, string where)
    {
        int channels = shape[1];
        if (channels is not (1 or 3))
        {
            throw Shape($"{where}: the input {shown} has {channels} channels; " +
                "supported are 3 (RGB, BGR) and 1 (GRAY), channels before height and width");
        }

        int order = ChannelOrder ?? (channels == 1 ? InputFormat.ChannelsGray : InputFormat.ChannelsRgb);
        int expected = order == InputFormat.ChannelsGray ? 1 : 3;
        if (channels != expected)
            throw Shape($"{where}: the card's input.channels asks for {expected} planes, the network's input {shown} has {channels}");
        if (PadTo is not null)
            throw Shape($"{where}: the card's input.padTo is for flat inputs [1, n], the network's input is {shown}");
        return new InputFormat
        {
            ChannelOrder = order,
            Channels = channels,
            Height = shape[2],
            Width = shape[3],
            Resize = Resize,
            Thresholds = Thresholds(channels)!,
        };
    }

    private InputFormat Flat(int length, string where)
    {
        if (ChannelOrder is not (null or InputFormat.ChannelsGray))
            throw Shape($"{where}: the flat input [1, {length}] takes grey pixels; set the card's input.channels to GRAY");
        if (PadTo is int padTo && padTo != length)
            throw Shape($"{where}: the card's input.padTo is {padTo}, the network's input has {length} values");
        return new InputFormat
        {
            ChannelOrder = InputFormat.ChannelsGray,
            Channels = 1,
            Height = 1,
            Width = length,
            Resize = Resize,
            Flat = true,
            PadCode = PadCode(where),
            Thresholds = Thresholds(1)!,
        };
    }

    private byte PadCode(string where)
    {
        if (Binarize)
            return PadValue >= 0 ? (byte)1 : (byte)0;
        if (PadTo is null)
            return 0;
        double code = Math.Round(PadValue / Multiply[0] + Subtract[0]);
        if (code is < 0 or > 255)
        {
            throw Shape($"{where}: the card's input.padValue {PadValue} would be pixel value {code}; " +
                "it must be the network's input for some pixel value 0..255");
        }

        return (byte)code;
    }

    // (x − s)·m ≥ 0 with m > 0 holds from the least integer ≥ s on.
    private short[]? Thresholds(int channels)
    {
        if (!Binarize)
            return null;
        var thresholds = new short[channels];
        for (int c = 0; c < channels; c++)
            thresholds[c] = (short)Math.Clamp(Math.Ceiling(Subtract[Subtract.Length == 1 ? 0 : c]), 0, 256);
        return thresholds;
    }

    private static BarrelException Shape(string message) => new(CardErrors.InputShape, message);
}
