using System.Diagnostics;
using Barrel.Compiler.Commands;
using Barrel.Compiler.Data;

namespace Barrel.Accuracy;

/// <summary>
/// <c>dotnet run -c Release --project tests/Accuracy [-- --data DIR] [--rows TEXT] [--output FILE] [--list]</c>: measures what every scheme costs on every network
/// and writes the tables. What is measured is kept below <c>obj/</c>, so a run that was cut off goes on.
/// </summary>
public static class Program
{
    private const string Usage = "usage: accuracy [--data DIR] [--rows TEXT] [--output FILE] [--list]";

    public static int Main(string[] arguments)
    {
        string root = Root();
        string data = Path.Combine(root, "..", "shared", "data");
        string rows = "";
        string? output = null;
        bool list = false;
        for (int i = 0; i < arguments.Length; i++)
        {
            bool hasValue = i + 1 < arguments.Length;
            if (arguments[i] == "--data" && hasValue)
                data = arguments[++i];
            else if (arguments[i] == "--rows" && hasValue)
                rows = arguments[++i];
            else if (arguments[i] == "--output" && hasValue)
                output = arguments[++i];
            else if (arguments[i] == "--list")
                list = true;
            else
                return Fail(CommandErrors.Usage, $"'{arguments[i]}' is no option or lacks its value; {Usage}");
        }

        string[] words = rows.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Row[] asked = [.. Row.All.Where(r => Array.TrueForAll(words, w => r.Key.Contains(w, StringComparison.Ordinal)))];
        if (asked.Length == 0)
            return Fail(CommandErrors.Option, $"no row has all of '{rows}' in its name; --list prints the names");
        if (list)
        {
            foreach (Row row in asked)
                Console.WriteLine(row.Key);
            return 0;
        }

        if (asked.Select(r => r.Subject.MissingIn(data)).FirstOrDefault(m => m is not null) is string missing)
            return Fail(DataErrors.Missing, $"{Path.GetFullPath(missing)} is not there; --data names the folder with models/, camvid_240x180/, cifar10_jpg/ and mnist/");

        string scratch = Directory.CreateDirectory(Path.Combine(root, "tests", "Accuracy", "obj", "rows")).FullName;
        RowCache cache = new(Path.Combine(scratch, "rows.jsonl"));
        Measure(asked, cache, new Measurement(data, scratch));
        string text = Tables.Write(rows.Length == 0 ? Subject.All : [.. asked.Select(r => r.Subject).Distinct()], cache);

        // Some rows alone must not overwrite the tables of all.
        if (rows.Length > 0 && output is null)
            Console.Write(text);
        else
            File.WriteAllText(output ?? Path.Combine(root, "model-compiler", "Accuracy.md"), text);
        return 0;
    }

    private static void Measure(Row[] rows, RowCache cache, Measurement measurement)
    {
        for (int i = 0; i < rows.Length; i++)
        {
            if (cache[rows[i]] is not null)
                continue;
            Stopwatch watch = Stopwatch.StartNew();
            Figures figures = measurement.Run(rows[i]);
            cache.Add(rows[i], figures);
            Console.Error.WriteLine(FormattableString.Invariant(
                $"{i + 1} of {rows.Length}, {rows[i].Key}: {figures.AddsPerMac:0.000} adds/MAC, {figures.Score:0.00} {figures.Road:0.00}{figures.Error}, {watch.Elapsed.TotalSeconds:0} s"));
        }
    }

    private static int Fail(int code, string message)
    {
        Console.Error.WriteLine($"error BRL{code}: {message}");
        return 2;
    }

    private static string Root()
    {
        for (DirectoryInfo? d = new(AppContext.BaseDirectory); d is not null; d = d.Parent)
            if (File.Exists(Path.Combine(d.FullName, "Barrel.slnx")))
                return d.FullName;
        throw new InvalidOperationException("the program runs outside a checkout");
    }
}
