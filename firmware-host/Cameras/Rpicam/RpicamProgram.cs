using System.Diagnostics;
using System.Globalization;
using Barrel.Runtime;

namespace Barrel.Host.Cameras.Rpicam;

/// <summary>Finds and starts the program that reads the camera on a Raspberry Pi's ribbon cable.</summary>
internal static class RpicamProgram
{
    /// <summary>An environment variable that names another program, which takes the same options.</summary>
    public const string Override = "BARREL_RPICAM";

    // The second name is that of systems before 2024.
    private static readonly string[] Names = ["rpicam-vid", "libcamera-vid"];

    /// <exception cref="BarrelException"><see cref="HostErrors.CameraMissing"/></exception>
    public static string Find()
    {
        if (Environment.GetEnvironmentVariable(Override) is { Length: > 0 } chosen)
            return chosen;
        string[] folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        foreach (string name in Names)
            foreach (string folder in folders)
                if (File.Exists(Path.Combine(folder, name)))
                    return Path.Combine(folder, name);
        throw new BarrelException(
            HostErrors.CameraMissing,
            $"camera rpicam: neither {Names[0]} nor {Names[1]} is installed; on Raspberry Pi OS: sudo apt install rpicam-apps. For a USB camera take v4l2:/dev/video0");
    }

    /// <summary>Starts it with raw frames on its standard output.</summary>
    /// <exception cref="BarrelException"><see cref="HostErrors.CameraFailed"/></exception>
    public static Process Start(string program, CameraSize size)
    {
        ProcessStartInfo start = new(program) { RedirectStandardOutput = true, RedirectStandardError = true };
        string[] arguments =
        [
            "--codec", "yuv420", "-o", "-", "-t", "0", "-n",

            // Without it the end of a frame waits in a buffer until the next comes.
            "--flush",
            "--width", Text(RpicamLayout.AskedWidth(size.Width)), "--height", Text(size.Height), "--framerate", Text(size.FramesPerSecond),
        ];
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        try
        {
            return Process.Start(start)!;
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or IOException or InvalidOperationException)
        {
            throw new BarrelException(HostErrors.CameraFailed, $"camera rpicam: '{program}' cannot be started: {e.Message.TrimEnd('.')}", e);
        }
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
