using System.ComponentModel;
using System.Diagnostics;
using Barrel.Runtime;

namespace Barrel.Compiler.Flashing;

/// <summary>A program of the machine's, and what it said.</summary>
/// <param name="Error">The end of its standard error, or where that is empty of its output: a line for people.</param>
internal sealed record Tool(int ExitCode, string Out, string Error)
{
    /// <param name="command">Name and arguments; no shell stands between.</param>
    /// <param name="where">How the program is got, for the error.</param>
    /// <exception cref="BarrelException">BRL1502: there is no such program.</exception>
    public static Tool Run(IReadOnlyList<string> command, string where)
    {
        ProcessStartInfo start = new(command[0], command.Skip(1))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Start(start, where);
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new Tool(process.ExitCode, output, LastLine(error.Result) ?? LastLine(output) ?? $"exit code {process.ExitCode}");
    }

    /// <summary>Runs a program whose output goes to this program's own, for work that tells how it goes on.</summary>
    /// <returns>Its exit code.</returns>
    /// <exception cref="BarrelException">BRL1502: there is no such program.</exception>
    public static int RunInTheOpen(IReadOnlyList<string> command, string where)
    {
        using Process process = Start(new ProcessStartInfo(command[0], command.Skip(1)), where);
        process.WaitForExit();
        return process.ExitCode;
    }

    /// <summary>As a shell would take it.</summary>
    public static string Quoted(IEnumerable<string> command) => string.Join(' ', command.Select(Quoted));

    private static Process Start(ProcessStartInfo start, string where)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new BarrelException(FlashErrors.ToolMissing, $"'{start.FileName}' cannot be started: {OneLine.Of(e.Message)}; {where}", e);
        }
    }

    private static string Quoted(string word) =>
        word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || "-_./=:@,+~".Contains(c, StringComparison.Ordinal)) ? word
            : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    private static string? LastLine(string text) => text.Split('\n').Select(l => l.Trim()).LastOrDefault(l => l.Length > 0);
}
