using Barrel.Host.Service;
using Barrel.Runtime;

namespace Barrel.Host.Cameras;

/// <summary>
/// Another camera whose frames also go into a YUV4MPEG2 file. The file keeps colours for two by two pixels, so the frames are given on as a
/// reader of the file will see them: what is decided now is decided again when the file is played. For that each recorded frame must be
/// decided, so a network that is too slow makes the camera wait.
/// </summary>
internal sealed class RecordingCamera : ICamera
{
    private readonly ICamera camera;
    private readonly string path;
    private readonly EventLog log;
    private FileStream? file;
    private Y4mWriter? writer;

    /// <param name="camera">Closed with this one.</param>
    /// <param name="path">Of the file; one that is there is replaced.</param>
    /// <param name="log">Told where the recording ends before the frames do.</param>
    /// <exception cref="BarrelException"><see cref="HostErrors.Unwritable"/></exception>
    public RecordingCamera(ICamera camera, string path, EventLog log)
    {
        this.camera = camera;
        this.path = path;
        this.log = log;
        try
        {
            file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 1 << 16);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new BarrelException(HostErrors.Unwritable, $"recording '{path}' cannot be written: {e.Message.TrimEnd('.')}", e);
        }
    }

    public bool IsLive => false;

    public string? EndMessage => camera.EndMessage;

    public int FramesPerSecond => camera.FramesPerSecond;

    public long LostCount => camera.LostCount;

    public long RestartCount => camera.RestartCount;

    public bool Read(CameraFrame frame)
    {
        if (!camera.Read(frame))
            return false;
        if (file is { } stream)
            Record(frame, stream);
        return true;
    }

    public void Dispose()
    {
        // First the camera: once it is closed nobody reads, so nobody writes.
        camera.Dispose();
        try
        {
            file?.Dispose();
        }
        catch (IOException e)
        {
            End(e.Message.TrimEnd('.'));
        }
    }

    // A full disk is no reason to stop deciding.
    private void Record(CameraFrame frame, FileStream stream)
    {
        try
        {
            writer ??= new Y4mWriter(stream, frame.Width, frame.Height, FramesPerSecond);
            if (writer.Takes(frame.Width, frame.Height))
                writer.WriteRounding(frame.Rgb);
            else
                End($"frames are {frame.Width}x{frame.Height} from now on");
        }
        catch (IOException e)
        {
            End(e.Message.TrimEnd('.'));
        }
    }

    private void End(string why)
    {
        log.Warning($"the recording '{OneLine.Of(path)}' ends here: {OneLine.Of(why)}");
        try
        {
            file?.Dispose();
        }
        catch (IOException)
        {
            // It was told already.
        }

        file = null;
    }
}
