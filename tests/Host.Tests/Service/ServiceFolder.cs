using System.Diagnostics;
using System.Text.Json;
using Barrel.Host.Service;

namespace Barrel.Host.Tests.Service;

/// <summary>A service's model, configuration and socket in a folder of their own.</summary>
internal sealed class ServiceFolder : IDisposable
{
    public const int SignalHangup = 1;
    public const int SignalTerminate = 15;

    public ServiceFolder(byte[]? model = null)
    {
        Path = Directory.CreateTempSubdirectory("barrel-s-").FullName;
        Put(Model, model ?? SmallRoad.Blob(16, 12));
        Configure();
    }

    public string Path { get; }

    public string Model => System.IO.Path.Combine(Path, "road.barrel");

    public string Config => System.IO.Path.Combine(Path, "barrel.json");

    public string Socket => System.IO.Path.Combine(Path, "s");

    /// <summary>Puts a file in place as users are told to: beside it, then renamed.</summary>
    public static void Put(string path, byte[] bytes)
    {
        File.WriteAllBytes(path + ".new", bytes);
        File.Move(path + ".new", path, overwrite: true);
    }

    /// <summary>Writes the configuration.</summary>
    /// <param name="more">Keys besides model, camera and socket, with a comma before.</param>
    public void Configure(string more = "", string camera = "scene:1:64x48:100") =>
        Put(Config, System.Text.Encoding.UTF8.GetBytes($$"""{ "model": "{{Model}}", "camera": "{{camera}}", "realtime": true, "statusSocket": "{{Socket}}" {{more}} }"""));

    public HostProcess Start(Dictionary<string, string>? environment = null) => new(environment ?? [], "run", "--config", Config);

    public JsonElement Status()
    {
        using JsonDocument status = JsonDocument.Parse(StatusSocket.Ask(Socket));
        return status.RootElement.Clone();
    }

    /// <summary>Asks the service until it says so.</summary>
    public JsonElement WaitFor(string what, Func<JsonElement, bool> isSo)
    {
        long started = Stopwatch.GetTimestamp();
        string last = "no answer";
        while (Stopwatch.GetElapsedTime(started).TotalSeconds < 30)
        {
            try
            {
                JsonElement status = Status();
                if (isSo(status))
                    return status;
                last = status.ToString();
            }
            catch (HostFailureException)
            {
                // It has not come so far.
            }

            Thread.Sleep(20);
        }

        Assert.Fail($"not within 30 s: {what}; {last}");
        return default;
    }

    public JsonElement WaitForCount(string counter, long atLeast) => WaitFor($"{atLeast} {counter}", s => s.GetProperty(counter).GetInt64() >= atLeast);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
