namespace Barrel.Compiler.Reports.Html;

/// <summary>A colour for each class of a mask. Neighbours differ in lightness too, for eyes that see few hues.</summary>
internal static class ClassColours
{
    /// <summary>Where two masks differ; no class has it.</summary>
    public static readonly (byte R, byte G, byte B) Difference = (255, 59, 48);

    private static readonly (byte R, byte G, byte B)[] Colours =
    [
        (72, 78, 88), (86, 180, 233), (240, 228, 66), (0, 114, 178), (204, 121, 167), (0, 158, 115), (230, 159, 0), (150, 96, 56),
        (106, 61, 154), (250, 190, 212), (170, 255, 195), (210, 245, 60), (128, 128, 0), (220, 190, 255), (0, 80, 70), (255, 216, 177),
    ];

    public static (byte R, byte G, byte B) Of(int id) => Colours[id % Colours.Length];

    public static string Css(int id)
    {
        (byte r, byte g, byte b) = Of(id);
        return $"#{r:x2}{g:x2}{b:x2}";
    }
}
