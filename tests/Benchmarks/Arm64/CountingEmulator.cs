using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Barrel.Guest;

namespace Barrel.Benchmarks.Arm64;

/// <summary>What a guest executed in its marked region.</summary>
/// <param name="Instructions">Of the thread that set the marks.</param>
/// <param name="Dots">8-bit dot products among them.</param>
/// <param name="Output">What the guest printed: a checksum of the inference's output.</param>
public sealed record GuestCount(long Instructions, long Dots, string Output);

/// <summary>
/// Runs <c>tests/Guest</c> under qemu's emulation of a processor and counts instructions exactly. They are no cycles; what they are good for is comparing
/// programs of one instruction set where there is no such machine.
/// </summary>
public sealed partial class CountingEmulator : IDisposable
{
    private const string Emulator = "qemu-aarch64";
    private const string Libraries = "/usr/aarch64-linux-gnu";
    private static readonly string[] s_tools = [Emulator, "gcc", "aarch64-linux-gnu-gcc", "aarch64-linux-gnu-objcopy"];

    private readonly string _folder = Directory.CreateTempSubdirectory("barrel-arm64-").FullName;
    private readonly string _plugin;
    private readonly string _guest;
    private int _runs;

    /// <param name="source">The folder with this project's counter.c.</param>
    /// <param name="guest">The guest program, published for linux-arm64.</param>
    /// <exception cref="InvalidOperationException">A tool is missing or fails; the message says which.</exception>
    public CountingEmulator(string source, string guest)
    {
        _guest = guest;
        _plugin = Path.Combine(_folder, "counter.so");
        Execute("gcc", "-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-fvisibility=hidden", "-o", _plugin, Path.Combine(source, "counter.c"));
    }

    /// <summary>Null where all is there to publish, compile and emulate; else what to install.</summary>
    public static string? Missing()
    {
        string[] folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        string[] missing = [.. s_tools.Where(t => !folders.Any(f => File.Exists(Path.Combine(f, t))))];
        if (missing.Length > 0 || !Directory.Exists(Libraries))
            return $"needs {string.Join(", ", missing.DefaultIfEmpty(Libraries))}: apt install qemu-user gcc libc6-dev gcc-aarch64-linux-gnu libc6-dev-arm64-cross";
        Match version = VersionText().Match(Execute(Emulator, "--version"));
        return version.Success && Number(version, "major") is > 6 and < 9 ? null : $"needs qemu 7 or 8, whose interface for plugins the counter is written for, not '{version.Value}'";
    }

    /// <summary>Publishes the guest program.</summary>
    /// <param name="project">Its project file.</param>
    /// <param name="place">A folder of its own for what is built on the way.</param>
    /// <returns>The program's path.</returns>
    public static string Publish(string project, string place)
    {
        Execute("dotnet", "publish", project, "-c", "Release", "-r", "linux-arm64", "--artifacts-path", place, "-o", Path.Combine(place, "published"), "-nodeReuse:false");
        return Path.Combine(place, "published", "guest");
    }

    /// <summary>One inference of a blob.</summary>
    /// <param name="processor">Where it runs.</param>
    /// <param name="blob">The network.</param>
    /// <param name="codes">A frame.</param>
    /// <param name="executor">Name of one of the runtime's executors.</param>
    public GuestCount Barrel(Arm64Processor processor, byte[] blob, byte[] codes, string executor) =>
        Run(processor, "network.barrel", blob, codes, executor);

    /// <summary>One inference of an ONNX file in ONNX Runtime, one thread.</summary>
    /// <param name="processor">Where it runs.</param>
    /// <param name="onnx">The network.</param>
    /// <param name="values">Its input.</param>
    /// <param name="shape">The input's.</param>
    public GuestCount OnnxRuntime(Arm64Processor processor, byte[] onnx, float[] values, IEnumerable<long> shape)
    {
        byte[] bytes = new byte[values.Length * sizeof(float)];
        Buffer.BlockCopy(values, 0, bytes, 0, bytes.Length);
        return Run(processor, "network.onnx", onnx, bytes, string.Join(',', shape));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private GuestCount Run(Arm64Processor processor, string name, byte[] network, byte[] input, string how)
    {
        // A folder of its own: tests run at the same time.
        string place = Directory.CreateDirectory(Path.Combine(_folder, $"run{Interlocked.Increment(ref _runs)}")).FullName;
        string file = Path.Combine(place, name), inputFile = Path.Combine(place, "input"), log = Path.Combine(place, "log");
        File.WriteAllBytes(file, network);
        File.WriteAllBytes(inputFile, input);
        string output = Execute(
            Emulator, "-cpu", processor.Name, "-L", Prefix(processor), "-plugin", $"{_plugin},begin={Region.Begin},end={Region.End}", "-d", "plugin", "-D", log,
            _guest, file, inputFile, how);
        MatchCollection regions = RegionLine().Matches(File.ReadAllText(log));
        return regions is [Match region]
            ? new GuestCount(Number(region, "instructions"), Number(region, "dots"), output.Trim())
            : throw new InvalidOperationException($"{regions.Count} regions in the emulator's log; one was right");
    }

    /// <summary>The libraries of the guest, and what its /proc/cpuinfo says: ONNX Runtime asks that, and the emulator shows the host's.</summary>
    private string Prefix(Arm64Processor processor)
    {
        string prefix = Path.Combine(_folder, processor.Name);
        lock (_plugin)
        {
            if (!Directory.Exists(prefix))
            {
                Directory.CreateDirectory(Path.Combine(prefix, "proc"));
                Directory.CreateSymbolicLink(Path.Combine(prefix, "lib"), Path.Combine(Libraries, "lib"));
                File.WriteAllText(Path.Combine(prefix, "proc", "cpuinfo"), processor.CpuInfo);
            }
        }

        return prefix;
    }

    private static string Execute(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        // What the build that runs this tells its own children is not meant for another build.
        foreach (string variable in Environment.GetEnvironmentVariables().Keys.Cast<string>())
            if (variable.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase))
                start.Environment.Remove(variable);
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output
            : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}\n{output}\n{error.Result}");
    }

    private static long Number(Match match, string group) => long.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"version (?<major>\d+)\S*")]
    private static partial Regex VersionText();

    [GeneratedRegex(@"region (?<instructions>\d+) instructions (?<dots>\d+) dots")]
    private static partial Regex RegionLine();
}
