using System.Collections;
using System.Diagnostics;

namespace Barrel.Tests;

/// <summary>A program that a test starts, and all that it printed.</summary>
internal sealed record ChildProcess(int ExitCode, string Out, string Error)
{
    /// <param name="program">Name or path.</param>
    /// <param name="arguments">Passed on as they are, no shell between.</param>
    /// <param name="folder">Where it runs.</param>
    /// <param name="secondsMax">It is ended, with all that it started, and the test fails, when it takes longer.</param>
    /// <returns>What came of it; the exit code is not checked.</returns>
    public static ChildProcess Run(string program, IEnumerable<string> arguments, string folder, int secondsMax)
    {
        ProcessStartInfo start = new(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // What the build that runs these tests tells its own children is not meant for another build.
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
            if (((string)variable.Key).StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase))
                start.Environment.Remove((string)variable.Key);
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        start.Environment["DOTNET_NOLOGO"] = "1";
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(TimeSpan.FromSeconds(secondsMax)))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{program} {string.Join(' ', start.ArgumentList)} took more than {secondsMax} s");
        }

        return new ChildProcess(process.ExitCode, output.Result, error.Result);
    }

    /// <summary>Fails the test, with all output, unless the program ended with 0.</summary>
    public ChildProcess AssertDone(string what)
    {
        Assert.AreEqual(0, ExitCode, $"{what}\n{Out}\n{Error}");
        return this;
    }

    /// <summary>Whether the shell would find a program of this name.</summary>
    public static bool IsInstalled(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, program)));
}
