using System.Globalization;

namespace Barrel.Compiler.Reports;

/// <summary>Energy for one frame by where it goes, in units of one 32-bit add.</summary>
/// <param name="Arithmetic">Adds, multiplications and shifts.</param>
/// <param name="Registers">Operands out of the register file.</param>
/// <param name="Arena">Tensors read and written.</param>
/// <param name="Weights">Taps or weights, read once.</param>
public readonly record struct EnergyParts(double Arithmetic, double Registers, double Arena, double Weights)
{
    public double Total => Arithmetic + Registers + Arena + Weights;

    public static EnergyParts operator +(EnergyParts a, EnergyParts b) =>
        new(a.Arithmetic + b.Arithmetic, a.Registers + b.Registers, a.Arena + b.Arena, a.Weights + b.Weights);
}

/// <summary>
/// What a frame takes by the relative costs of operations and memories, for a blob and for the same network in int8 multiply-accumulates. It compares two ways
/// to compute on one imagined machine; it says nothing about a certain board.
/// </summary>
public sealed class EnergyEstimate
{
    public const double Add32 = 1;
    public const double Multiply32 = 31;
    public const double RegisterFile32 = 10;
    public const double Sram32 = 50;
    public const double Dram32 = 6400;

    /// <summary>Steps of 64 bits for each word of a binary layer: XNOR, population count, add.</summary>
    private const double BinarySteps = 3;

    /// <summary>Bytes of a 32-bit bias and a 32-bit scale, which int8 needs for each channel.</summary>
    private const int Int8BytesPerRow = 8;

    private readonly bool _wide;

    private EnergyEstimate(IReadOnlyList<LayerCosts> layers, bool wide)
    {
        _wide = wide;
        foreach (LayerCosts layer in layers)
        {
            Blob += ShiftAdd(layer);
            Int8 += layer.Macs > 0 ? MultiplyAccumulate(layer) : ShiftAdd(layer);
        }
    }

    /// <summary>The blob.</summary>
    public EnergyParts Blob { get; private set; }

    /// <summary>The same network with 8-bit weights and activations.</summary>
    public EnergyParts Int8 { get; private set; }

    /// <summary>The blob's share of int8's.</summary>
    public double Share => Int8.Total > 0 ? Blob.Total / Int8.Total : 1;

    /// <summary>What both figures rest on, a sentence each.</summary>
    public static IReadOnlyList<string> Assumptions { get; } =
    [
        Invariant($"Costs relative to one 32-bit add ({Add32}): multiplication {Multiply32}, register file {RegisterFile32}, SRAM {Sram32}, DRAM {Dram32}, each for 32 bits."),
        "A narrower add, shift, register or memory access costs its share of 32 bits, a narrower multiplication the square of its share: 8 bits by 8 bits cost 31 / 16. A shift costs as much as an add.",
        "Shift-add: each tap is one add in a lane of 8 bits (activations of at most 5 bits) or of 16 bits, and reads one operand from the register file. Shifts, and the moves from 8-bit to 16-bit lanes, take 16 bits; skips, slopes and rounding take 32.",
        "A word of 64 binary weights costs three steps of 64 bits (XNOR, population count, add) and two operands.",
        "Int8: each multiplication of the float network is one of 8 bits, with an add in 32 bits and two 8-bit operands from the register file; zeros are multiplied too. Each output takes one 32-bit multiplication, add and shift to be rescaled.",
        "Sums stay beside the adder. Each layer reads its input tensors and writes its output once, in SRAM, a byte an activation, the same for both.",
        "Taps and weights are read once a frame, from flash that costs as much as DRAM: the blob's own bytes, or a byte a weight and 8 bytes a channel.",
        "Not counted, for either: control, addresses, instruction fetch, comparisons, leakage. Layers without multiplications (pools, sums, resizing) cost both the same.",
    ];

    /// <summary>As executors do it: several codes share one 32-bit word.</summary>
    public static EnergyEstimate InLanes(IReadOnlyList<LayerCosts> layers) => new(layers, wide: false);

    /// <summary>Every add, shift, multiplication and operand 32 bits wide: a core without lanes.</summary>
    public static EnergyEstimate OneByOne(IReadOnlyList<LayerCosts> layers) => new(layers, wide: true);

    private EnergyParts ShiftAdd(LayerCosts layer)
    {
        double lane = layer.LaneBits == 64 ? 2 * BinarySteps : Width(layer.LaneBits);
        double operands = layer.LaneBits == 64 ? 4 : Width(layer.LaneBits);
        double rounding = 2 * layer.RoundedOutputs;
        double shifts = layer.Shifts - layer.RoundedOutputs;
        double arithmetic = Add32 * ((layer.LaneAdds * lane) + (_wide ? 0 : layer.LaneMoves * Width(16)) + (shifts * Width(16)) + layer.WideAdds + rounding);
        double registers = RegisterFile32 * ((layer.LaneAdds * operands) + layer.WideAdds);
        return new EnergyParts(arithmetic, registers, ArenaOf(layer), layer.BlobBytesRead / 4.0 * Dram32);
    }

    private EnergyParts MultiplyAccumulate(LayerCosts layer)
    {
        double width = Width(8);
        double mac = (Multiply32 * width * width) + Add32;
        double rescale = Multiply32 + (2 * Add32);
        double arithmetic = (layer.Macs * mac) + (layer.RoundedOutputs * rescale) + (layer.WideAdds * Add32);
        double registers = RegisterFile32 * ((2 * layer.Macs * width) + layer.WideAdds);
        double weights = (layer.Weights + ((double)Int8BytesPerRow * layer.Rows)) / 4 * Dram32;
        return new EnergyParts(arithmetic, registers, ArenaOf(layer), weights);
    }

    private static double ArenaOf(LayerCosts layer) => (layer.ArenaBytesRead + layer.ArenaBytesWritten) / 4.0 * Sram32;

    private double Width(int bits) => _wide ? 1 : bits / 32.0;

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
