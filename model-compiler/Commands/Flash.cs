using System.CommandLine;
using Barrel.Boards;
using Barrel.Compiler.Emitting;
using Barrel.Compiler.Flashing;

namespace Barrel.Compiler.Commands;

/// <summary><c>barrel flash</c>: installs on a board.</summary>
public static class Flash
{
    public static Command Create(Streams streams)
    {
        var board = new Argument<string>("BOARD") { Description = "esp32 or esp32-s3" };
        var port = new Option<string?>("--port") { Description = "Serial port of the board", HelpName = "PORT" };
        var image = new Option<string?>("--image") { Description = "Image of the application that its build made; without, the firmware alone", HelpName = "APP.bin" };
        var dry = new Option<bool>("--dry-run") { Description = "Print every step and do none" };
        return new Command("flash", "Install on a board that runs nanoFramework, with nanoff") { board, port, image, dry }
            .Does(result => Run(result.GetRequiredValue(board), result.GetValue(port), result.GetValue(image), result.GetValue(dry), streams));
    }

    private static int Run(string name, string? port, string? image, bool isDry, Streams streams)
    {
        Board board = Barrel.Boards.Boards.Find(name);
        if (board.Family != NanoLimits.Family)
            throw OptionCheck.Wrong($"flash {OneLine.Of(name)}: boards that run nanoFramework would be right");
        if (string.IsNullOrWhiteSpace(port))
            throw OptionCheck.Wrong("flash without --port; the board's serial port, COM3 or /dev/ttyUSB0, would be right");
        if (image is not null && !isDry)
            OptionCheck.InputFile(image, ".bin");
        Esp32Flash steps = new(board, port, image);
        if (isDry)
            foreach (string line in steps.Lines)
                streams.Out.WriteLine(line);
        else
            steps.Run(streams.Out);
        return ExitCode.Done;
    }
}
