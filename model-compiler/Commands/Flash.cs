using System.CommandLine;
using Barrel.Boards;
using Barrel.Compiler.Flashing;
using Barrel.Runtime;

namespace Barrel.Compiler.Commands;

/// <summary><c>barrel flash</c>: builds the host's program and installs it on a board as a service.</summary>
public static class Flash
{
    private const string Family = "linux";

    public static Command Create(Streams streams)
    {
        Argument<string> board = new("BOARD") { Description = "raspberry-pi-5, raspberry-pi-4 or raspberry-pi-zero-2w" };
        Option<string> host = new("--host") { Description = "Where it is: what ssh takes", HelpName = "USER@NAME", Required = true };
        Option<string?> model = new("--model") { Description = "The network that takes over there; default is what the board has, or the built-in one", HelpName = "FILE.barrel" };
        Option<string?> config = new("--config") { Description = "The options that take over there; default is what the board has, or the ribbon-cable camera and the header's pins", HelpName = "FILE.json" };
        Option<string?> program = new("--program") { Description = "A barrel-host that was published for linux-arm64; default is to publish it now", HelpName = "FILE" };
        Option<bool> rollback = new("--rollback") { Description = "Go back to the version before, with its model and options" };
        Option<bool> dryRun = new("--dry-run") { Description = "Print every step and do none" };
        return new Command("flash", "Install barrel-host on a Raspberry Pi as a service, or a new version of it") { board, host, model, config, program, rollback, dryRun }
            .Does(result =>
            {
                FlashTarget target = new(CheckHost(result.GetRequiredValue(host)), !Console.IsInputRedirected);
                FlashSteps steps = new(FindBoard(result.GetRequiredValue(board)), target, streams)
                {
                    ModelPath = result.GetValue(model) is { } modelPath ? OptionCheck.InputFile(modelPath, ".barrel") : null,
                    ConfigPath = result.GetValue(config) is { } configPath ? OptionCheck.InputFile(configPath, ".json") : null,
                    ProgramPath = result.GetValue(program) is { } programPath ? OptionCheck.InputFile(programPath, Path.GetExtension(programPath)) : null,
                };
                bool isBack = result.GetValue(rollback);
                if (isBack && (steps.ModelPath ?? steps.ConfigPath ?? steps.ProgramPath) is not null)
                    throw OptionCheck.Wrong("--rollback takes the version's own program, model and options; leave --model, --config and --program out");
                Action run = (isBack, result.GetValue(dryRun)) switch
                {
                    (true, true) => steps.PrintRollBack,
                    (true, false) => steps.RollBack,
                    (false, true) => steps.Print,
                    (false, false) => steps.Run,
                };
                run();
                return ExitCode.Done;
            });
    }

    private static Board FindBoard(string name)
    {
        Board board = Barrel.Boards.Boards.Find(name);
        if (board.Family == Family)
            return board;
        IEnumerable<string> right = Barrel.Boards.Boards.Names.Where(n => Barrel.Boards.Boards.Find(n) is { Family: Family, Chip: null });
        throw new BarrelException(FlashErrors.NotFlashed, $"{board.Name} takes no Linux program; {string.Join(", ", right)} do");
    }

    // What begins with a dash would be an option of ssh's.
    private static string CheckHost(string host) =>
        host.Length is > 0 and <= 255 && host[0] != '-' && !host.Contains("@-", StringComparison.Ordinal) && host.Count(c => c == '@') <= 1
        && host.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or '@')
            ? host
            : throw OptionCheck.Wrong($"--host is '{host}'; a name such as pi@raspberrypi.local would be right (ports and keys belong into ssh's own configuration)");
}
