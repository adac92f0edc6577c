using System.Security.Cryptography;
using Barrel.Compiler.Commands;
using Barrel.Compiler.Tests.Data;

namespace Barrel.Compiler.Tests.Commands;

/// <summary>Runs a command line as the program does and keeps what it wrote.</summary>
internal sealed record TestCommandLine(int ExitCode, string Out, string Error)
{
    public static TestCommandLine Run(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var streams = new Streams(output, error, ShowsProgress: false);
        int exitCode = CommandLine.Run(Compiler.Program.Root(streams), arguments, streams);
        return new TestCommandLine(exitCode, output.ToString(), error.ToString());
    }

    /// <summary>The command line must end with exit code 2 and this one line, nothing on stdout.</summary>
    public void AssertError(int code, params string[] parts)
    {
        Assert.AreEqual(2, ExitCode, Out + Error);
        Assert.AreEqual("", Out);
        string[] lines = [.. Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(l => !l.StartsWith("warning: ", StringComparison.Ordinal))];
        Assert.HasCount(1, lines, Error);
        Assert.StartsWith($"error BRL{code:D4}: ", lines[0]);
        foreach (string part in parts)
            Assert.Contains(part, lines[0]);
    }

    /// <summary>The command must fail with this one line and leave the folder as it was.</summary>
    public static void Refused(TemporaryFolder folder, string line, int code, params string[] parts)
    {
        string[] before = Listing(folder);
        RunIn(folder, line).AssertError(code, parts);
        CollectionAssert.AreEqual(before, Listing(folder));
    }

    /// <summary>Runs a line in which FOLDER, and names of files with an upper-case letter first, stand for paths in the folder.</summary>
    public static TestCommandLine RunIn(TemporaryFolder folder, string line) =>
        Run([.. line.Split(' ').Select(w =>
            w.Contains("FOLDER", StringComparison.Ordinal) ? w.Replace("FOLDER", folder.Path, StringComparison.Ordinal)
            : char.IsUpper(w[0]) && w.Contains('.', StringComparison.Ordinal) ? folder[w] : w)]);

    private static string[] Listing(TemporaryFolder folder) =>
        [.. Directory.GetFileSystemEntries(folder.Path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(f => File.Exists(f) ? $"{f} {Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(f)))}" : f)];
}
