using Barrel.Compiler.Commands;

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
}
