namespace Barrel.Host.Scenes;

/// <summary>
/// An endless drive down an invented street as a dash camera sees it, with the true class of every pixel. One seed is one street; the
/// picture at a moment is the same bytes on every machine. Rendering allocates nothing. Not safe for use by two threads at once.
/// </summary>
internal sealed class Scene
{
    public const int SideMin = 16;
    public const int SideMax = 2048;

    private readonly Street street;
    private readonly SceneCanvas canvas;
    private readonly SceneView view = new();
    private readonly Traffic traffic = new();

    /// <param name="seed">Which street.</param>
    /// <param name="width">Pixels, <see cref="SideMin"/> to <see cref="SideMax"/>; four to three of the height looks best.</param>
    /// <param name="height">Pixels, in the same range.</param>
    public Scene(int seed, int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Math.Min(width, height), SideMin, nameof(width));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Math.Max(width, height), SideMax, nameof(width));
        Width = width;
        Height = height;
        street = new Street(seed);
        canvas = new SceneCanvas(width, height);
    }

    public int Width { get; }

    public int Height { get; }

    /// <summary>One picture.</summary>
    /// <param name="milliseconds">Moment of the drive.</param>
    /// <param name="rgb">Takes width · height · 3 bytes.</param>
    /// <param name="labels">Takes width · height ids of <see cref="SceneClass"/>, or null.</param>
    public void Render(long milliseconds, byte[] rgb, byte[]? labels)
    {
        view.Look(street, milliseconds / 1000.0, canvas.Width, canvas.Height);
        WallPainter.Trace(canvas, street, view);
        SkyPainter.Paint(canvas, street, view);
        GroundPainter.Paint(canvas, street, view);
        WallPainter.Paint(canvas, street, view);
        traffic.Paint(canvas, street, view);
        canvas.Resolve(rgb, labels, street.Noise, (int)(milliseconds % 100_000));
    }
}
