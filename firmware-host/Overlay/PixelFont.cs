namespace Barrel.Host.Overlay;

/// <summary>A font of three by five pixels for the few words on an overlay.</summary>
internal static class PixelFont
{
    public const int Width = 3;
    public const int Height = 5;

    private const string Characters = "ABCDEFGHIKLMNOPRSTUW0123456789-+% ";

    // Five rows of three bits a character, the top left pixel in the highest bit.
    private static readonly ushort[] Glyphs =
    [
        0b010_101_111_101_101, 0b110_101_110_101_110, 0b011_100_100_100_011, 0b110_101_101_101_110, 0b111_100_110_100_111,
        0b111_100_110_100_100, 0b011_100_101_101_011, 0b101_101_111_101_101, 0b111_010_010_010_111, 0b101_101_110_101_101, 0b100_100_100_100_111,
        0b101_111_111_101_101, 0b110_101_101_101_101, 0b010_101_101_101_010, 0b110_101_110_100_100, 0b110_101_110_101_101, 0b011_100_010_001_110,
        0b111_010_010_010_010,
        0b101_101_101_101_111, 0b101_101_101_111_101, 0b111_101_101_101_111, 0b010_110_010_010_111, 0b111_001_111_100_111,
        0b111_001_011_001_111, 0b101_101_111_001_001, 0b111_100_111_001_111, 0b111_100_111_101_111, 0b111_001_001_010_010,
        0b111_101_111_101_111, 0b111_101_111_001_111, 0b000_000_111_000_000, 0b000_010_111_010_000, 0b101_001_010_100_101,
        0,
    ];

    /// <summary>True where the character has ink. Characters that the font lacks are blank.</summary>
    public static bool HasInk(char character, int x, int y)
    {
        int index = Characters.IndexOf(character);
        return index >= 0 && ((Glyphs[index] >> (14 - (y * Width) - x)) & 1) != 0;
    }
}
