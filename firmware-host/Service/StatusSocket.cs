using System.Net.Sockets;
using System.Text;
using Barrel.Runtime;

namespace Barrel.Host.Service;

/// <summary>
/// Where a service tells how it is: a Unix domain socket that gives each connection one JSON object and closes it. What is asked for cannot
/// disturb the loop: it is answered on a thread of its own.
/// </summary>
internal sealed class StatusSocket : IDisposable
{
    public const string DefaultPath = "/run/barrel/barrel.sock";
    public const string FolderVariable = "RUNTIME_DIRECTORY";
    private const string FileName = "barrel.sock";
    private const int PathBytesMax = 100;
    private const int AnswerBytesMax = 64 * 1024;
    private const int TimeoutMs = 2000;

    private readonly string path;
    private readonly Func<byte[]> answer;
    private readonly Socket socket;
    private readonly Thread thread;
    private volatile bool isStopped;

    /// <param name="path">Made with mode 0660; one that no program answers at is replaced.</param>
    /// <param name="answer">The object; called on another thread.</param>
    /// <exception cref="BarrelException">BRL4063.</exception>
    public StatusSocket(string path, Func<byte[]> answer)
    {
        this.path = path;
        this.answer = answer;
        CheckLength(path, HostErrors.StatusSocket);
        if (File.Exists(path) && IsAnswered(path))
            throw new BarrelException(HostErrors.StatusSocket, $"status socket '{path}': another program answers there; stop it, or choose another --status-socket");

        // Made beside its place and moved there, so that nobody meets it with other rights, and one of a killed service goes away.
        string made = $"{path}.{Environment.ProcessId}";
        socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            File.Delete(made);
            socket.Bind(new UnixDomainSocketEndPoint(made));
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(made, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite);
            socket.Listen(8);
            File.Move(made, path, overwrite: true);
        }
        catch (Exception e) when (e is SocketException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            socket.Dispose();
            throw new BarrelException(HostErrors.StatusSocket, $"status socket '{path}' cannot be made: {OneLine.Of(e)}; its folder must exist and be writable", e);
        }

        thread = new Thread(Serve) { IsBackground = true, Name = "status" };
        thread.Start();
    }

    /// <summary>The socket in the folder that systemd made for the service, or null.</summary>
    public static string? PathOfService()
    {
        string? folder = Environment.GetEnvironmentVariable(FolderVariable);

        // Several folders are separated by colons.
        return string.IsNullOrEmpty(folder) ? null : Path.Combine(folder.Split(':')[0], FileName);
    }

    /// <summary>Asks the service that runs.</summary>
    /// <returns>Its JSON object.</returns>
    /// <exception cref="HostFailureException">BRL4064: none answers.</exception>
    public static string Ask(string path)
    {
        CheckLength(path, HostErrors.NothingRuns);
        try
        {
            using Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { ReceiveTimeout = TimeoutMs };
            socket.Connect(new UnixDomainSocketEndPoint(path));
            byte[] bytes = new byte[AnswerBytesMax];
            int length = 0;
            while (length < bytes.Length && socket.Receive(bytes.AsSpan(length)) is > 0 and int more)
                length += more;
            return Encoding.UTF8.GetString(bytes, 0, length).TrimEnd();
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            throw new HostFailureException(HostErrors.NothingRuns, $"no running service answers at '{path}': {OneLine.Of(e)}; start one, or name its --socket", e);
        }
    }

    public void Dispose()
    {
        isStopped = true;
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // systemd removes the folder of a service that ended.
        }

        socket.Dispose();
        thread.Join(TimeoutMs);
    }

    private static void CheckLength(string path, int code)
    {
        if (Encoding.UTF8.GetByteCount(path) is 0 or > PathBytesMax)
            throw new BarrelException(code, $"status socket '{path}': its path has 1 to {PathBytesMax} bytes");
    }

    private static bool IsAnswered(string path)
    {
        try
        {
            using Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private void Serve()
    {
        while (!isStopped)
        {
            try
            {
                using Socket asker = socket.Accept();
                asker.SendTimeout = TimeoutMs;
                asker.Send(answer());
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or IOException or InvalidOperationException)
            {
                // Who asked went away, or the service ends. A fault that stays must not take a whole core.
                if (!isStopped)
                    Thread.Sleep(10);
            }
        }
    }
}
