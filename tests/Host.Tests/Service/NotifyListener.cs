using System.Diagnostics;
using System.Net.Sockets;
using System.Text;

namespace Barrel.Host.Tests.Service;

/// <summary>The socket that systemd would listen at.</summary>
internal sealed class NotifyListener : IDisposable
{
    private readonly Socket socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
    private readonly List<string> messages = [];
    private readonly string? file;

    /// <param name="address">A path, or an abstract name behind @.</param>
    public NotifyListener(string address)
    {
        Address = address;
        file = address[0] == '@' ? null : address;
        socket.Bind(new UnixDomainSocketEndPoint(address[0] == '@' ? "\0" + address[1..] : address));
        new Thread(Listen) { IsBackground = true }.Start();
    }

    public string Address { get; }

    public string[] Messages
    {
        get
        {
            lock (messages)
                return [.. messages];
        }
    }

    public int CountOf(string start) => Messages.Count(m => m.StartsWith(start, StringComparison.Ordinal));

    /// <summary>Waits until so many messages begin so.</summary>
    public void WaitFor(string start, int count = 1)
    {
        long started = Stopwatch.GetTimestamp();
        while (CountOf(start) < count)
        {
            if (Stopwatch.GetElapsedTime(started).TotalSeconds > 30)
                Assert.Fail($"not {count} times '{start}' within 30 s, but: {string.Join(" | ", Messages)}");
            Thread.Sleep(10);
        }
    }

    public void Dispose()
    {
        socket.Dispose();
        if (file is not null)
            File.Delete(file);
    }

    private void Listen()
    {
        byte[] buffer = new byte[4096];
        try
        {
            while (true)
            {
                int length = socket.Receive(buffer);
                lock (messages)
                    messages.Add(Encoding.UTF8.GetString(buffer, 0, length));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test ended.
        }
    }
}
