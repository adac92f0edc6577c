using Barrel.Runtime;

namespace Barrel.Compiler.Data;

/// <summary>
/// Makes a network's codes from a frame by the runtime's own <see cref="FrameInput"/>, so that calibration and evaluation see the pixels that boards see.
/// One a thread: it keeps the tables of the last frame size.
/// </summary>
public sealed class FramePlanes(InputFormat format)
{
    private readonly FrameInput _input = new(format);

    /// <param name="image">The frame.</param>
    /// <param name="codes">Takes [channels, height, width] codes.</param>
    /// <param name="name">The frame's name, for errors.</param>
    /// <exception cref="BarrelException">BRL1211: the frame has more pixels than a flat input takes, or sides that no frame may have.</exception>
    public void Fill(RgbImage image, byte[] codes, string name)
    {
        try
        {
            _input.Write(image.Pixels, 0, image.Width, image.Height, FrameInput.PixelsRgb24, codes, 0);
        }
        catch (BarrelException e) when (e.Code == FrameInput.FrameSizeError)
        {
            throw new BarrelException(DataErrors.FrameSize, $"{name}: {e.Message}", e);
        }
    }
}
