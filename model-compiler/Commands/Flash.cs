using System.CommandLine;
using Barrel.Boards;
using Barrel.Compiler.Emitting;
using Barrel.Compiler.Flashing;
using Barrel.Runtime;

namespace Barrel.Compiler.Commands;

/// <summary><c>barrel flash</c>: installs on a board: a service over ssh on a Raspberry Pi, firmware and application over a serial port on an ESP32.</summary>
public static class Flash
{
    private const string Linux = "linux";

    public static Command Create(Streams streams)
    {
        Argument<string> board = new("BOARD") { Description = "raspberry-pi-5, raspberry-pi-4, raspberry-pi-zero-2w, esp32 or esp32-s3" };
        Option<string?> host = new("--host") { Description = "Raspberry Pi: where it is, what ssh takes", HelpName = "USER@NAME" };
        Option<string?> model = new("--model") { Description = "Raspberry Pi: the network that takes over there; default is what the board has, or the built-in one", HelpName = "FILE.barrel" };
        Option<string?> config = new("--config") { Description = "Raspberry Pi: the options that take over there; default is what the board has, or the ribbon-cable camera and the header's pins", HelpName = "FILE.json" };
        Option<string?> program = new("--program") { Description = "Raspberry Pi: a barrel-host that was published for linux-arm64; default is to publish it now", HelpName = "FILE" };
        Option<bool> rollback = new("--rollback") { Description = "Raspberry Pi: go back to the version before, with its model and options" };
        Option<string?> port = new("--port") { Description = "ESP32: its serial port, COM3 or /dev/ttyUSB0", HelpName = "PORT" };
        Option<string?> image = new("--image") { Description = "ESP32: image of the application that its build made; without, the firmware alone", HelpName = "APP.bin" };
        Option<bool> dryRun = new("--dry-run") { Description = "Print every step and do none" };
        Option[] ofLinux = [host, model, config, program, rollback];
        Option[] ofNano = [port, image];
        return new Command("flash", "Install barrel-host on a board, or a new version of it") { board, host, model, config, program, rollback, port, image, dryRun }
            .Does(result =>
            {
                Board found = Barrel.Boards.Boards.Find(result.GetRequiredValue(board));
                bool isDry = result.GetValue(dryRun);
                switch (found)
                {
                    case { Family: Linux, Chip: null }:
                        Refuse(result, ofNano, found);
                        FlashTarget target = new(CheckHost(result.GetValue(host)), !Console.IsInputRedirected);
                        FlashSteps steps = new(found, target, streams)
                        {
                            ModelPath = File(result.GetValue(model), ".barrel"),
                            ConfigPath = File(result.GetValue(config), ".json"),
                            ProgramPath = result.GetValue(program) is { } path ? File(path, Path.GetExtension(path)) : null,
                        };
                        Run(steps, result.GetValue(rollback), isDry);
                        break;
                    case { Family: NanoLimits.Family, Chip: null }:
                        Refuse(result, ofLinux, found);
                        Esp32Flash nano = new(found, CheckPort(result.GetValue(port)), isDry ? result.GetValue(image) : File(result.GetValue(image), ".bin"));
                        if (isDry)
                            nano.Print(streams.Out);
                        else
                            nano.Run(streams.Out);
                        break;
                    default:
                        throw new BarrelException(FlashErrors.NotFlashed, $"{found.Name} is not flashed; {string.Join(", ", Flashed())} are");
                }

                return ExitCode.Done;
            });
    }

    private static void Run(FlashSteps steps, bool isBack, bool isDry)
    {
        if (isBack && (steps.ModelPath ?? steps.ConfigPath ?? steps.ProgramPath) is not null)
            throw OptionCheck.Wrong("--rollback takes the version's own program, model and options; leave --model, --config and --program out");
        Action run = (isBack, isDry) switch
        {
            (true, true) => steps.PrintRollBack,
            (true, false) => steps.RollBack,
            (false, true) => steps.Print,
            (false, false) => steps.Run,
        };
        run();
    }

    private static string? File(string? path, string extension) => path is null ? null : OptionCheck.InputFile(path, extension);

    private static void Refuse(ParseResult result, Option[] options, Board board)
    {
        if (Array.Find(options, o => result.GetResult(o) is { Implicit: false }) is { } other)
            throw OptionCheck.Wrong($"{other.Name} does not go with {board.Name}; 'barrel flash --help' says what does");
    }

    private static IEnumerable<string> Flashed() =>
        Barrel.Boards.Boards.Names.Where(n => Barrel.Boards.Boards.Find(n) is { Family: Linux or NanoLimits.Family, Chip: null });

    private static string CheckPort(string? port) => string.IsNullOrWhiteSpace(port)
        ? throw OptionCheck.Wrong("flash without --port; the board's serial port, COM3 or /dev/ttyUSB0, would be right") : port;

    // What begins with a dash would be an option of ssh's.
    private static string CheckHost(string? host) =>
        host is null ? throw OptionCheck.Wrong("flash without --host; what ssh takes, pi@raspberrypi.local, would be right")
        : host.Length is > 0 and <= 255 && host[0] != '-' && !host.Contains("@-", StringComparison.Ordinal) && host.Count(c => c == '@') <= 1
        && host.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or '@')
            ? host
            : throw OptionCheck.Wrong($"--host is '{host}'; a name such as pi@raspberrypi.local would be right (ports and keys belong into ssh's own configuration)");
}
