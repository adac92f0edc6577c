namespace Barrel.Compiler.Peers.Int8;

/// <summary>A value in bytes: (code − Zero)·Scale.</summary>
/// <param name="Name">Of the bytes.</param>
/// <param name="Scale">Positive.</param>
/// <param name="Zero">Of unsigned bytes; 128 less in signed ones.</param>
internal readonly record struct QuantizedValue(string Name, float Scale, byte Zero)
{
    private const float CodeMax = 255;

    /// <summary>All codes over a range with 0 in it.</summary>
    public static QuantizedValue Over(string name, (float Min, float Max) range)
    {
        float scale = (range.Max - range.Min) / CodeMax;
        return scale is > 0 and < float.PositiveInfinity
            ? new QuantizedValue(name, scale, (byte)Math.Clamp(MathF.Round(-range.Min / scale), 0, CodeMax))
            : new QuantizedValue(name, 1, 0);
    }
}
