using System.Diagnostics;
using System.Net.Sockets;
using System.Text;

namespace Barrel.Host.Service;

/// <summary>
/// Tells systemd how the service is, as sd_notify(3) does: one datagram of lines to the socket that NOTIFY_SOCKET names. Without one, and
/// where nobody listens any more, it does nothing. Safe for use by several threads.
/// </summary>
internal sealed class SystemdNotifier : IDisposable
{
    public const string SocketVariable = "NOTIFY_SOCKET";
    public const string WatchdogVariable = "WATCHDOG_USEC";
    public const string WatchdogProcessVariable = "WATCHDOG_PID";

    private readonly Socket? socket;
    private readonly UnixDomainSocketEndPoint? address;

    /// <param name="address">A path from / on, or an abstract name behind @; null or another for none.</param>
    /// <param name="watchdogMs">After so long without a sign of life the service is killed; 0 for no such watch.</param>
    public SystemdNotifier(string? address, long watchdogMs = 0)
    {
        WatchdogMs = watchdogMs;
        if (address is not { Length: > 1 } || address[0] is not ('/' or '@') || !Socket.OSSupportsUnixDomainSockets)
            return;
        try
        {
            this.address = new UnixDomainSocketEndPoint(address[0] == '@' ? "\0" + address[1..] : address);
            socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { SendTimeout = 1000 };
        }
        catch (Exception e) when (e is SocketException or ArgumentException or PlatformNotSupportedException)
        {
            // Whoever set the variable does not speak this; the service runs all the same.
        }
    }

    /// <summary>True where somebody is told.</summary>
    public bool IsConnected => socket is not null;

    /// <summary>Milliseconds; 0 for no watch.</summary>
    public long WatchdogMs { get; }

    /// <summary>As the process was started.</summary>
    public static SystemdNotifier FromEnvironment()
    {
        // A process that was started by the service inherits the variables; the watch is not over it.
        string? process = Environment.GetEnvironmentVariable(WatchdogProcessVariable);
        bool isWatched = string.IsNullOrEmpty(process) || process == $"{Environment.ProcessId}";
        bool hasTime = long.TryParse(Environment.GetEnvironmentVariable(WatchdogVariable), out long microseconds) && microseconds >= 4000;
        return new SystemdNotifier(Environment.GetEnvironmentVariable(SocketVariable), isWatched && hasTime ? microseconds / 1000 : 0);
    }

    /// <summary>The service decides frames, or has ended a reload.</summary>
    public void Ready() => Send("READY=1");

    public void Watchdog() => Send("WATCHDOG=1");

    public void Stopping() => Send("STOPPING=1");

    /// <summary>A reload began; <see cref="Ready"/> ends it.</summary>
    public void Reloading() => Send($"RELOADING=1\nMONOTONIC_USEC={MonotonicMicroseconds()}");

    /// <param name="text">One line for people.</param>
    public void Status(string text) => Send($"STATUS={OneLine.Of(text)}");

    public void Dispose() => socket?.Dispose();

    // On Linux the stopwatch is CLOCK_MONOTONIC, which systemd compares with.
    private static long MonotonicMicroseconds() => (long)((Int128)Stopwatch.GetTimestamp() * 1_000_000 / Stopwatch.Frequency);

    private void Send(string state)
    {
        if (socket is null || address is null)
            return;
        try
        {
            socket.SendTo(Encoding.UTF8.GetBytes(state), address);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // systemd restarts itself at times; the next message finds it again.
        }
    }
}
