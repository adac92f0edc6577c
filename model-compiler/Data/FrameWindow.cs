using Barrel.Runtime;

namespace Barrel.Compiler.Data;

/// <summary>The part of a frame that the network sees, as <see cref="FrameInput"/> cuts it: labels are cut alike.</summary>
public readonly record struct FrameWindow(int X, int Y, int Width, int Height)
{
    /// <summary>The whole frame, or for <see cref="InputFormat.ResizeCrop"/> its largest centred part with the network's proportions.</summary>
    public static FrameWindow Of(int width, int height, InputFormat format)
    {
        if (format.Resize != InputFormat.ResizeCrop || format.Flat)
            return new FrameWindow(0, 0, width, height);
        // Rounded to nearest.
        long wide = ((long)height * format.Width + format.Height / 2) / format.Height;
        long high = ((long)width * format.Height + format.Width / 2) / format.Width;
        int usedWidth = wide < width ? (int)Math.Max(wide, 1) : width;
        int usedHeight = wide >= width && high < height ? (int)Math.Max(high, 1) : height;
        return new FrameWindow((width - usedWidth) / 2, (height - usedHeight) / 2, usedWidth, usedHeight);
    }
}
