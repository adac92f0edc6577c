using Barrel.Boards;
using Barrel.Runtime;

namespace Barrel.Compiler.Flashing;

/// <summary>Installs on a board that runs nanoFramework, with <c>nanoff</c>: the firmware, then the application's image.</summary>
internal sealed class Esp32Flash
{
    /// <summary>nanoFramework's firmware flasher, a .NET tool.</summary>
    public const string Program = "nanoff";

    private readonly string[][] _steps;

    /// <param name="board">Of the family nanoframework.</param>
    /// <param name="port">Serial port: COM3, /dev/ttyUSB0.</param>
    /// <param name="image">What the build of the application made; null: the firmware alone.</param>
    /// <exception cref="BarrelException">BRL1501: no firmware is known for the board.</exception>
    public Esp32Flash(Board board, string port, string? image)
    {
        string target = TargetOf(board);
        List<string[]> steps = [[Program, "--target", target, "--serialport", port, "--update"]];
        if (image is not null)
            steps.Add([Program, "--target", target, "--serialport", port, "--deploy", "--image", image]);
        _steps = [.. steps];
    }

    /// <summary>Says each step as a line for a shell.</summary>
    public void Print(TextWriter output)
    {
        foreach (string[] step in _steps)
            output.WriteLine(Tool.Quoted(step));
    }

    /// <summary>Runs the steps one after the other; their output goes to this program's own.</summary>
    /// <exception cref="BarrelException">BRL1502: no nanoff; BRL1509: a step failed.</exception>
    public void Run(TextWriter output)
    {
        foreach (string[] step in _steps)
        {
            string line = Tool.Quoted(step);
            output.WriteLine(line);
            int exitCode = Tool.RunInTheOpen(step, $"'dotnet tool install -g {Program}' installs it");
            if (exitCode != 0)
                throw new BarrelException(
                    FlashErrors.StepFailed, $"'{OneLine.Of(line)}' ended with exit code {exitCode}; a board that is connected to that port and in its boot loader would be right");
        }
    }

    /// <summary>The firmware of nanoFramework 1.17 for a board; that of an ESP32-S3 goes by how its PSRAM is connected.</summary>
    private static string TargetOf(Board board) => board.Name switch
    {
        "esp32" => "ESP32_REV0",
        "esp32-s3" => "ESP32_S3_OCTAL",
        _ => throw new BarrelException(FlashErrors.NotFlashed, $"{board.Name} is not flashed: no firmware of nanoFramework is known for it; esp32 and esp32-s3 have one"),
    };
}
