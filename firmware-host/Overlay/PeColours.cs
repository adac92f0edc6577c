using Barrel.Boards;

namespace Barrel.Host.Overlay;

/// <summary>Colours, letters and names of what a chip's processing elements (PEs) can be.</summary>
internal static class PeColours
{
    /// <summary>Kinds of faults, worst first.</summary>
    public static readonly string[] Kinds = [ChipFault.StuckPlus, ChipFault.StuckMinus, ChipFault.Dead, ChipFault.Weak];

    /// <summary>For people, in the order of <see cref="Kinds"/>.</summary>
    public static readonly string[] Names = ["stuck at +1", "stuck at -1", "dead", "weak"];

    /// <summary>A good PE in plain characters.</summary>
    public const char Good = '.';

    /// <summary>Several kinds in one place.</summary>
    public const char Several = '#';

    private const string Letters = "+-Dw";

    private static readonly (int R, int G, int B)[] OfKinds = [(235, 64, 52), (66, 133, 244), (255, 255, 255), (255, 205, 40)];

    public static char LetterOf(string kind) => Letters[Array.IndexOf(Kinds, kind)];

    public static string NameOf(string kind) => Names[Array.IndexOf(Kinds, kind)];

    public static (int R, int G, int B) Of(string kind) => OfKinds[Array.IndexOf(Kinds, kind)];

    /// <summary>Good PEs are dark; ochre where their step is shorter than 1, teal where it is longer.</summary>
    public static (int R, int G, int B) OfStep(float step)
    {
        float off = Math.Clamp((step - 1) / 0.5f, -1, 1);
        return off < 0 ? Mix((46, 52, 58), (150, 104, 30), -off) : Mix((46, 52, 58), (30, 140, 140), off);
    }

    private static (int R, int G, int B) Mix((int R, int G, int B) from, (int R, int G, int B) to, float share) =>
        ((int)(from.R + ((to.R - from.R) * share)), (int)(from.G + ((to.G - from.G) * share)), (int)(from.B + ((to.B - from.B) * share)));
}
