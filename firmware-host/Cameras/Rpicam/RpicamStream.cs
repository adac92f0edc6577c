using System.Diagnostics;
using System.IO.Pipes;
using Barrel.Host.Linux;
using Barrel.Runtime;

namespace Barrel.Host.Cameras.Rpicam;

/// <summary>Raw frames on the standard output of a running rpicam-vid. Frames that it drops itself are not known here.</summary>
internal sealed class RpicamStream : IFrameStream
{
    private const int EndMsMax = 500;

    private readonly Process process;
    private readonly Stream pipe;
    private readonly Stream diagnosticsPipe;
    private readonly LastLine diagnostics;
    private readonly YuvLayout layout;
    private readonly byte[] bytes;
    private readonly string program;
    private int filled;

    /// <exception cref="BarrelException">BRL4050 or BRL4055.</exception>
    public RpicamStream(CameraSize size)
    {
        string path = RpicamProgram.Find();
        program = Path.GetFileName(path);
        layout = RpicamLayout.Of(size.Width, size.Height);
        bytes = new byte[RpicamLayout.FrameBytes(size.Width, size.Height)];
        FramesPerSecond = size.FramesPerSecond;
        Description = $"{size.Width}x{size.Height} YUV420, {size.FramesPerSecond} frames per second, {program}";
        process = RpicamProgram.Start(path, size);
        pipe = process.StandardOutput.BaseStream;
        diagnosticsPipe = process.StandardError.BaseStream;
        diagnostics = new LastLine(diagnosticsPipe);
    }

    public string Description { get; }

    public int FramesPerSecond { get; }

    public long LostCount => 0;

    public bool TryRead(CameraFrame frame, int timeoutMs)
    {
        long started = Environment.TickCount64;
        while (filled < bytes.Length)
        {
            int leftMs = timeoutMs - (int)(Environment.TickCount64 - started);
            if (leftMs < 0 || !IsReadable(leftMs))
                return false;
            int count = ReadSome();
            if (count <= 0)
                throw Ended();
            filled += count;
        }

        filled = 0;
        frame.Resize(layout.Width, layout.Height);
        layout.ToRgb(bytes, frame.Rgb);
        frame.TimestampMs = (long)Stopwatch.GetElapsedTime(0).TotalMilliseconds;
        return true;
    }

    public void Dispose()
    {
        try
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit(EndMsMax);
        }
        catch (Exception e) when (e is InvalidOperationException or System.ComponentModel.Win32Exception or AggregateException)
        {
            // It had ended.
        }

        // Streams that were taken from a process are no longer its own to close.
        pipe.Dispose();
        diagnosticsPipe.Dispose();
        process.Dispose();
    }

    private int ReadSome()
    {
        try
        {
            return pipe.Read(bytes, filled, bytes.Length - filled);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    // A pipe has no read with a limit of time, but it can be asked whether it has something.
    private unsafe bool IsReadable(int timeoutMs)
    {
        if (!OperatingSystem.IsLinux() || pipe is not PipeStream { SafePipeHandle: { } handle })
            return true;
        SystemCalls.Waiting waiting = new() { File = (int)handle.DangerousGetHandle(), Events = SystemCalls.ReadyToRead };
        return SystemCalls.Poll(&waiting, 1, timeoutMs) > 0;
    }

    private BarrelException Ended()
    {
        string said = diagnostics.Text(EndMsMax);
        string code = process.WaitForExit(EndMsMax) ? $" with code {process.ExitCode}" : "";
        return new BarrelException(
            HostErrors.CameraFailed, $"camera rpicam: {program} ended{code}{(said.Length > 0 ? $" and said last: {said}" : " and said nothing")}");
    }
}
