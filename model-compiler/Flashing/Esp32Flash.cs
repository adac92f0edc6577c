using System.ComponentModel;
using System.Diagnostics;
using Barrel.Boards;
using Barrel.Runtime;

namespace Barrel.Compiler.Flashing;

/// <summary>Installs on a board that runs nanoFramework, with <c>nanoff</c>: the firmware, then the application's image.</summary>
internal sealed class Esp32Flash
{
    public const string Tool = "nanoff";

    private readonly string[][] _steps;

    /// <param name="board">Of the family nanoframework.</param>
    /// <param name="port">Serial port: COM3, /dev/ttyUSB0.</param>
    /// <param name="image">What the build of the application made; null: the firmware alone.</param>
    public Esp32Flash(Board board, string port, string? image)
    {
        string target = TargetOf(board);
        List<string[]> steps = [[Tool, "--target", target, "--serialport", port, "--update"]];
        if (image is not null)
            steps.Add([Tool, "--target", target, "--serialport", port, "--deploy", "--image", image]);
        _steps = [.. steps];
    }

    /// <summary>Each step as a line for a shell.</summary>
    public IEnumerable<string> Lines => _steps.Select(step => string.Join(' ', step.Select(Quoted)));

    /// <summary>Runs the steps one after the other; their output goes to this program's own.</summary>
    /// <exception cref="BarrelException">BRL1501: no nanoff; BRL1502: a step failed.</exception>
    public void Run(TextWriter output)
    {
        foreach ((string[] step, string line) in _steps.Zip(Lines))
        {
            output.WriteLine(line);
            using Process process = Start(step);
            process.WaitForExit();
            if (process.ExitCode != 0)
                throw new BarrelException(
                    FlashErrors.StepFailed, $"'{OneLine.Of(line)}' ended with exit code {process.ExitCode}; a board that is connected to that port and in its boot loader would be right");
        }
    }

    /// <summary>The firmware of nanoFramework for a board.</summary>
    private static string TargetOf(Board board) => board.Name == "esp32-s3" ? "ESP32_S3" : "ESP32_REV0";

    private static Process Start(string[] step)
    {
        try
        {
            return Process.Start(new ProcessStartInfo(step[0], step[1..]))!;
        }
        catch (Win32Exception e)
        {
            throw new BarrelException(FlashErrors.NoTool, $"{Tool} is not on the path; 'dotnet tool install -g {Tool}' would be right", e);
        }
    }

    private static string Quoted(string part) => part.Contains(' ', StringComparison.Ordinal) ? $"\"{part}\"" : part;
}
