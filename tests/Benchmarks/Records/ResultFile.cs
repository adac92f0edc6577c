using System.Globalization;
using System.Runtime.InteropServices;

namespace Barrel.Benchmarks.Records;

/// <summary>Files below <c>results/</c>, each with the command that made it, the machine and the day.</summary>
internal static class ResultFile
{
    /// <param name="folder">Where; it is made where it is not there.</param>
    /// <param name="name">Of the file.</param>
    /// <param name="title">Its heading.</param>
    /// <param name="command">What follows <c>--</c> on the command line.</param>
    /// <param name="body">Lines after the heading.</param>
    public static void Write(string folder, string name, string title, string command, IEnumerable<string> body)
    {
        Directory.CreateDirectory(folder);
        string[] lines = [$"# {title}", "", $"    dotnet run -c Release --project tests/Benchmarks -- {command}", "", $"{Machine()}.", "", .. body];
        File.WriteAllText(Path.Combine(folder, name), string.Join('\n', lines).TrimEnd() + "\n");
    }

    public static string Row(params IEnumerable<string> cells) => $"| {string.Join(" | ", cells)} |";

    public static string[] Heading(params string[] cells) => [Row(cells), Row(cells.Select((_, i) => i == 0 ? "---" : "---:"))];

    public static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    private static string Machine() => string.Join(
        ", ", DateTime.UtcNow.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), Processor(), $"{Environment.ProcessorCount} processors",
        RuntimeInformation.FrameworkDescription, $"ONNX Runtime {typeof(Microsoft.ML.OnnxRuntime.InferenceSession).Assembly.GetName().Version?.ToString(3)}", Load());

    // Times of several threads mean little where others keep the processors busy, so a record says so.
    private static string Load()
    {
        const string file = "/proc/loadavg";
        return File.Exists(file) ? $"load average {File.ReadAllText(file).Split(' ')[1]} in the last five minutes" : "load unknown";
    }

    private static string Processor()
    {
        const string file = "/proc/cpuinfo";
        string? line = File.Exists(file) ? File.ReadLines(file).FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal)) : null;
        return $"{line?[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim() ?? "processor"} ({RuntimeInformation.ProcessArchitecture})";
    }
}
