using System.CommandLine;
using System.ComponentModel;
using System.Diagnostics;
using Barrel.Runtime;

namespace Barrel.Compiler.Commands;

/// <summary>
/// <c>barrel train</c>: hands its arguments to <c>barrel-train</c>, a program of its own because libtorch is half a gigabyte that the compiler does without. It lies beside
/// this one, or is built from the checkout.
/// </summary>
public static class Train
{
    public const string Name = "train";

    private const string Program = "barrel-train";
    private const string Project = "model-compiler/Training/Barrel.Training.csproj";

    /// <summary>For the list of commands; its arguments never get here.</summary>
    public static Command Create() => new Command(Name, "Train a network in the log domain, on sums of powers of two or in signs ('barrel train --help')").Does(_ => Run([]));

    /// <summary>Runs the trainer with this program's own streams.</summary>
    /// <returns>Its exit code.</returns>
    /// <exception cref="BarrelException">BRL1096: there is no trainer, or it cannot be started.</exception>
    public static int Run(IReadOnlyList<string> arguments)
    {
        ProcessStartInfo start = Start();
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        try
        {
            using Process process = Process.Start(start)!;

            // Ctrl+C reaches the trainer too; what it makes of it is this program's answer.
            Console.CancelKeyPress += (_, e) => e.Cancel = true;
            process.WaitForExit();
            return process.ExitCode;
        }
        catch (Win32Exception e)
        {
            throw new BarrelException(CommandErrors.NoTrainer, $"{start.FileName} cannot be started: {e.Message.TrimEnd('.')}", e);
        }
    }

    private static ProcessStartInfo Start()
    {
        string beside = Path.Combine(AppContext.BaseDirectory, Program + (OperatingSystem.IsWindows() ? ".exe" : ""));
        if (File.Exists(beside))
            return new ProcessStartInfo(beside);
        string root = Checkout.With(Project)
            ?? throw new BarrelException(CommandErrors.NoTrainer, $"{Program} is neither beside this program nor is there a checkout around it to build it from");
        return new ProcessStartInfo("dotnet", ["run", "-c", "Release", "--project", Path.Combine(root, Project), "-v", "quiet", "--"]);
    }
}
