using System.Device.Spi;
using System.Runtime.InteropServices;
using Barrel.ChipEmulator.Cuse;
using Barrel.Host.Linux;

namespace Barrel.ChipEmulator;

/// <summary>
/// Serves a device as <c>/dev/spidevB.C</c> through <c>/dev/cuse</c> (Linux, as root), so that programs open it as they open a real bus.
/// A thread of its own answers until <see cref="Dispose"/>; meanwhile nobody else may use the device or its chip.
/// </summary>
public sealed class CuseSpiServer : IDisposable
{
    private const string CusePath = "/dev/cuse";
    private const int StartMsMax = 5000;
    private const int WakeMs = 50;

    private readonly int file;
    private readonly DeviceSession session;
    private readonly Thread thread;
    private volatile bool isStopping;

    /// <summary>Makes the device; when this returns, it can be opened.</summary>
    /// <param name="device">What answers, an <see cref="EmulatedSpiDevice"/> as a rule.</param>
    /// <param name="bus">B of the name, ≥ 0.</param>
    /// <param name="chipSelect">C of the name, ≥ 0.</param>
    /// <exception cref="IOException">The name is taken, <c>/dev/cuse</c> cannot be opened, or the kernel does not make the device.</exception>
    public CuseSpiServer(SpiDevice device, int bus, int chipSelect)
        : this(device, Name(bus, chipSelect), OpenCuse(Name(bus, chipSelect)))
    {
        for (long waitedMs = 0; !File.Exists(DevicePath); waitedMs += WakeMs)
        {
            if (waitedMs < StartMsMax && thread.IsAlive)
            {
                Thread.Sleep(WakeMs);
                continue;
            }

            Dispose();
            throw new IOException($"{CusePath} made no {DevicePath}{(Failure is null ? "" : $": {Failure.Message}")}");
        }
    }

    /// <summary>Serves a file that is open already and gives one request a read.</summary>
    internal CuseSpiServer(SpiDevice device, string name, int file)
    {
        ArgumentNullException.ThrowIfNull(device);
        this.file = file;
        DevicePath = $"/dev/{name}";
        session = new DeviceSession(device, name);
        thread = new Thread(Serve) { Name = DevicePath, IsBackground = true };
        thread.Start();
    }

    /// <summary>What programs open.</summary>
    public string DevicePath { get; }

    /// <summary>Why the device is gone before <see cref="Dispose"/>, or null.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Takes the device away.</summary>
    public void Dispose()
    {
        if (isStopping)
            return;
        isStopping = true;
        thread.Join();
        _ = SystemCalls.Close(file);
    }

    private unsafe void Serve()
    {
        byte[] request = new byte[DeviceSession.MessageBytesMax];
        byte[] reply = new byte[DeviceSession.MessageBytesMax];
        try
        {
            while (!isStopping)
            {
                SystemCalls.Waiting waiting = new() { File = file, Events = SystemCalls.ReadyToRead };
                if (SystemCalls.Poll(&waiting, 1, WakeMs) <= 0)
                    continue;
                int bytes = (int)SystemCalls.Read(file, request, request.Length);
                if (bytes < 0 && Marshal.GetLastPInvokeError() is SystemError.Interrupted or SystemError.TryAgain)
                    continue;
                if (bytes <= 0)
                    throw new IOException($"reading {CusePath} failed with error {(bytes < 0 ? Marshal.GetLastPInvokeError() : 0)}");
                int replyBytes = session.Answer(request.AsSpan(0, bytes), reply);
                // The caller may have been killed meanwhile; that reply is then refused, and the next request is fine.
                if (replyBytes > 0)
                    _ = SystemCalls.Write(file, reply, replyBytes);
            }
        }
        catch (Exception e) when (e is IOException or ArgumentException)
        {
            Failure = e;
        }
    }

    private static string Name(int bus, int chipSelect)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bus);
        ArgumentOutOfRangeException.ThrowIfNegative(chipSelect);
        return $"spidev{bus}.{chipSelect}";
    }

    private static int OpenCuse(string name)
    {
        if (File.Exists($"/dev/{name}"))
            throw new IOException($"/dev/{name} exists already");
        int file = SystemCalls.Open(CusePath, SystemCalls.OpenFlags);
        return file >= 0
            ? file
            : throw new IOException($"{CusePath} cannot be opened, error {Marshal.GetLastPInvokeError()}; run as root after 'modprobe cuse'");
    }
}
