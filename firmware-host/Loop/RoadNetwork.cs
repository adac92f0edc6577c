using System.Diagnostics;
using Barrel.Host.Cameras;
using Barrel.Host.Decision;
using Barrel.Runtime;

namespace Barrel.Host.Loop;

/// <summary>
/// One model ready for frames: its executor, how frames become its input, where its mask is and what is decided from it. The loop can change
/// from one to another between two frames, whatever their sizes. Not safe for use by two threads at once.
/// </summary>
internal sealed class RoadNetwork : IDisposable
{
    private readonly IDisposable? alsoClosed;
    private bool isClosed;

    /// <param name="executor">Closed with this where it can be.</param>
    /// <param name="settings">Of the decision; not changed afterwards.</param>
    /// <param name="alsoClosed">What the executor rests on, closed after it.</param>
    /// <exception cref="BarrelException">The model gives no road mask, or a setting is wrong.</exception>
    public RoadNetwork(Executor executor, DecisionSettings settings, IDisposable? alsoClosed = null)
    {
        this.alsoClosed = alsoClosed;
        Executor = executor;
        Input = new FrameInput(executor.Model.Input);
        Mask = new Mask(executor);
        Decision = new RoadDecision(settings, Mask.Width, Mask.Height);
    }

    public Executor Executor { get; }

    public FrameInput Input { get; }

    public Mask Mask { get; }

    public RoadDecision Decision { get; }

    /// <summary>Runs the model on a frame and decides. Allocates nothing while frames keep their size.</summary>
    /// <returns>Time in the model alone, in ticks of <see cref="Stopwatch"/>.</returns>
    /// <exception cref="BarrelException">BRL4020 or BRL4034.</exception>
    public long Decide(CameraFrame frame)
    {
        Input.Write(frame.Rgb, 0, frame.Width, frame.Height, FrameInput.PixelsRgb24, Executor.Arena, Executor.InputOffset);
        long before = Stopwatch.GetTimestamp();
        try
        {
            Executor.Run();
        }
        catch (Exception e)
        {
            throw new BarrelException(HostErrors.ModelFailed, $"the model failed at frame {frame.Number}: {OneLine.Of(e)}", e);
        }

        long ticks = Stopwatch.GetTimestamp() - before;
        Decision.Update(Mask.Classes, Mask.Offset, Mask.RoadClass);
        return ticks;
    }

    /// <summary>
    /// One frame of a ramp of greys through all of it, before it is trusted with a camera's. It also leaves the tables for frames of that
    /// size ready, so that the first real frame is no slower than the others.
    /// </summary>
    /// <param name="width">Pixels of the camera's frames.</param>
    /// <param name="height">Rows of the camera's frames.</param>
    /// <exception cref="BarrelException">BRL4020 or BRL4034.</exception>
    public void Try(int width, int height)
    {
        CameraFrame frame = new();
        frame.Resize(width, height);
        for (int i = 0; i < frame.Rgb.Length; i++)
            frame.Rgb[i] = (byte)(i / 3);
        Decide(frame);
        Decision.Reset();
    }

    /// <summary>May be called again.</summary>
    public void Dispose()
    {
        if (isClosed)
            return;
        isClosed = true;
        (Executor as IDisposable)?.Dispose();
        alsoClosed?.Dispose();
    }
}
