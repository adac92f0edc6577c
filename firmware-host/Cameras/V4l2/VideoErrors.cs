using System.Runtime.InteropServices;
using Barrel.Host.Linux;
using Barrel.Runtime;

namespace Barrel.Host.Cameras.V4l2;

/// <summary>What a system error means where it comes from a video device.</summary>
internal static class VideoErrors
{
    /// <summary>Throws unless the error is 0.</summary>
    public static void Check(string path, string doing, int error)
    {
        if (error != SystemError.None)
            throw Of(path, doing, error);
    }

    public static BarrelException Of(string path, string doing, int error)
    {
        string camera = $"camera v4l2:{path}";
        return error switch
        {
            SystemError.NoEntry or SystemError.NoDeviceOrAddress or SystemError.NotDirectory =>
                new(HostErrors.CameraMissing, $"{camera}: there is no such device; is it plugged in? Those of this machine: {Present()}"),
            SystemError.AccessDenied or SystemError.NotPermitted =>
                new(HostErrors.CameraDenied, $"{camera}: no permission; the user must be in group video: sudo usermod -aG video NAME, then log in again"),
            SystemError.Busy => new(HostErrors.CameraBusy, $"{camera}: another program uses it"),
            SystemError.NoDevice => new(HostErrors.CameraGone, $"{camera}: it was unplugged, while {doing}"),
            _ => new(HostErrors.CameraFailed, $"{camera}: {doing} failed: {Marshal.GetPInvokeErrorMessage(error)} (error {error})"),
        };
    }

    private static string Present()
    {
        try
        {
            string[] names = [.. Directory.EnumerateFiles("/dev", "video*").Order(StringComparer.Ordinal)];
            return names.Length > 0 ? string.Join(", ", names) : "none";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "none";
        }
    }
}
