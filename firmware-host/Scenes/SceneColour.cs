namespace Barrel.Host.Scenes;

/// <summary>A colour with components 0..255 before rounding; may leave that range until it is stored.</summary>
internal readonly record struct SceneColour(double R, double G, double B)
{
    public static SceneColour Grey(double level) => new(level, level, level);

    public static SceneColour operator *(SceneColour c, double f) => new(c.R * f, c.G * f, c.B * f);

    public SceneColour Mix(SceneColour other, double f) =>
        new(R + ((other.R - R) * f), G + ((other.G - G) * f), B + ((other.B - B) * f));
}
