namespace Barrel.Runtime.Simd;

/// <summary>What one thread needs for any binary layer; all layers share it, since they run one after the other.</summary>
/// <param name="tileBytes">Of the layer that needs most.</param>
/// <param name="lineBytes">Likewise.</param>
/// <param name="sumBytes">Likewise.</param>
internal sealed class BinaryScratch(int tileBytes, int lineBytes, int sumBytes)
{
    private readonly AlignedBytes _tile = new(tileBytes);
    private readonly AlignedBytes _line = new(lineBytes);
    private readonly AlignedBytes _sums = new(sumBytes);

    /// <summary>[cell][position of the block].</summary>
    public ref byte Tile => ref _tile.Start;

    /// <summary>A line of the input, packed.</summary>
    public ref byte Line => ref _line.Start;

    /// <summary>[row of two, or of eight][vector]: 16-bit counts of the even positions, then of the odd ones.</summary>
    public ref byte Sums => ref _sums.Start;
}
