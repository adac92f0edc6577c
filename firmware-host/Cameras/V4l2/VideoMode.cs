namespace Barrel.Host.Cameras.V4l2;

/// <summary>What is asked of a device.</summary>
/// <param name="Width">Pixels.</param>
/// <param name="Height">Pixels.</param>
/// <param name="IsAtLeast">The sides are the least that will do; otherwise the nearest size is meant.</param>
/// <param name="FramesPerSecond">0 where it is left open.</param>
/// <param name="Format">Null where it is left open.</param>
internal readonly record struct VideoWish(int Width, int Height, bool IsAtLeast, int FramesPerSecond, PixelFormat? Format);

/// <summary>Sizes of a format that a device offers; one size where the least is the greatest.</summary>
/// <param name="WidthStep">Widths are the least and so many more, ≥ 1.</param>
internal readonly record struct SizeRange(int WidthMin, int WidthMax, int WidthStep, int HeightMin, int HeightMax, int HeightStep)
{
    public static SizeRange Only(int width, int height) => new(width, width, 1, height, height, 1);

    /// <summary>The size of these that suits the wish best.</summary>
    public (int Width, int Height) Nearest(VideoWish wish) =>
        (Side(WidthMin, WidthMax, WidthStep, wish.Width, wish.IsAtLeast), Side(HeightMin, HeightMax, HeightStep, wish.Height, wish.IsAtLeast));

    private static int Side(int min, int max, int step, int wanted, bool isAtLeast)
    {
        if (wanted <= min || max <= min)
            return min;
        long steps = ((long)Math.Min(wanted, max) - min + (isAtLeast ? step - 1 : step / 2)) / step;
        long side = min + (steps * step);
        return (int)(side <= max ? side : side - step);
    }
}

/// <summary>A format at a size, as a device offers it.</summary>
/// <param name="RateMax">Most frames a second, or 0 where the device does not say.</param>
internal readonly record struct VideoMode(PixelFormat Format, int Width, int Height, double RateMax)
{
    /// <summary>A rate that is enough for driving decisions where none was asked for.</summary>
    public const int RateEnough = 15;

    /// <summary>What is asked of devices where no rate was asked for: cameras give it indoors without long exposures.</summary>
    public const int RateUsual = 30;

    /// <summary>
    /// The mode that suits the wish best: its size first, then a rate that is enough, then the order of <see cref="PixelFormat.All"/>.
    /// </summary>
    /// <returns>Null where no mode has a format that will do.</returns>
    public static VideoMode? Choose(IReadOnlyList<VideoMode> modes, VideoWish wish)
    {
        VideoMode? best = null;
        foreach (VideoMode mode in modes)
        {
            if (wish.Format is not null && mode.Format != wish.Format)
                continue;
            if (best is not { } other || mode.RankFor(wish).CompareTo(other.RankFor(wish)) < 0)
                best = mode;
        }

        return best;
    }

    /// <summary>Lower is better.</summary>
    private (double Size, double Rate, int Format) RankFor(VideoWish wish) =>
        (SizeRank(wish), RateRank(wish.FramesPerSecond), Array.IndexOf(PixelFormat.All, Format));

    private double SizeRank(VideoWish wish)
    {
        if (!wish.IsAtLeast)
            return Math.Abs(Width - wish.Width) + Math.Abs(Height - wish.Height);
        double area = (double)Width * Height;

        // Any size that is enough comes before any that is not; of those the largest is best.
        return Width >= wish.Width && Height >= wish.Height ? area : 1e12 - area;
    }

    private double RateRank(int wanted)
    {
        double enough = wanted > 0 ? wanted : RateEnough;

        // 29.97 is as good as 30.
        return RateMax <= 0 || RateMax >= enough * 0.95 ? 0 : enough - RateMax;
    }
}
