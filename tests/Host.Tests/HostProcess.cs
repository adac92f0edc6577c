using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Barrel.Host.Tests;

/// <summary>Runs barrel-host with a fake network as a process of its own.</summary>
internal sealed class HostProcess : IDisposable
{
    private readonly Process process;
    private readonly Task<string> error;

    public HostProcess(params string[] arguments)
        : this([], arguments)
    {
    }

    /// <param name="environment">Variables that the process gets besides its parent's.</param>
    /// <param name="arguments">Its command line.</param>
    public HostProcess(Dictionary<string, string> environment, params string[] arguments)
    {
        ProcessStartInfo start = new(Environment.ProcessPath!)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };

        // Started as "dotnet Tests.dll" the process is dotnet, which needs the library's name first.
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet")
            start.ArgumentList.Add(typeof(HostProcess).Assembly.Location);
        start.ArgumentList.Add(TestProgram.HostSwitch);
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        foreach ((string name, string value) in environment)
            start.Environment[name] = value;
        process = Process.Start(start)!;
        error = process.StandardError.ReadToEndAsync();
    }

    /// <summary>Reads the standard output until a line has the text.</summary>
    public void WaitForLine(string text)
    {
        while (process.StandardOutput.ReadLine() is { } line)
        {
            if (line.Contains(text, StringComparison.Ordinal))
                return;
        }

        Assert.Fail($"no line with '{text}'; standard error: {error.Result}");
    }

    public int Id => process.Id;

    public bool HasExited => process.HasExited;

    /// <summary>Ends it as a power cut would.</summary>
    public void Kill()
    {
        process.Kill();
        process.WaitForExit();
    }

    public void Signal(int signal) => Assert.AreEqual(0, Kill(process.Id, signal));

    /// <summary>The process's standard input, which stays open until <see cref="Finish"/>.</summary>
    public Stream Input => process.StandardInput.BaseStream;

    /// <summary>Waits for the end.</summary>
    /// <param name="keepsInputOpen">The process must end although more input may come.</param>
    public (int ExitCode, string Output, string Error) Finish(bool keepsInputOpen = false)
    {
        if (!keepsInputOpen)
            process.StandardInput.Close();
        string output = process.StandardOutput.ReadToEnd();
        Assert.IsTrue(process.WaitForExit(30_000), "it does not end");
        return (process.ExitCode, output, error.Result);
    }

    public void Dispose()
    {
        if (!process.HasExited)
            process.Kill();
        process.Dispose();
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int process, int signal);
}
