using Barrel.Boards;
using Barrel.Host.CommandLine;
using Barrel.Runtime;

namespace Barrel.Host.Chip;

/// <summary>The options that all commands for a chip share.</summary>
internal sealed class ChipOptions
{
    /// <summary>Where neither the user nor a model names one.</summary>
    public const string DefaultBoard = "tdnn-sram-65nm";

    public Option<string> Link { get; } = new("--link") { Description = ChipLinks.Help, DefaultValue = () => "emulator" };

    public Option<string?> Board { get; } = new("--board") { Description = "the board with the chip, or its .json file; else the one that the model was placed for" };

    public Option<string?> Emulate { get; } = new("--emulate") { Description = Emulation.Help };

    public Option<string?> State { get; } = new("--state") { Description = "folder of the records of how often ReRAM chips were programmed" };

    public void AddTo(Command command)
    {
        command.Add(Link);
        command.Add(Board);
        command.Add(Emulate);
        command.Add(State);
    }

    /// <summary>Opens the chip that the options name.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="model">The model that it will run, or null.</param>
    /// <param name="change">One setting that is not as the options say.</param>
    /// <exception cref="BarrelException">As <see cref="ChipLinks.Open"/>, and BRL5014.</exception>
    public ChipSession Open(ParseResult arguments, Model? model, ChipChange? change = null)
    {
        Board board = Boards.Boards.Find(arguments.GetValue(Board) ?? model?.Placement?.Board ?? DefaultBoard);
        string link = arguments.GetRequiredValue(Link);
        Emulation emulation = Emulation.Parse(arguments.GetValue(Emulate));
        int? clockHz = null;
        if (change?.Key == ChipChange.Clock)
            clockHz = change.ClockHz;
        else if (change is not null)
            emulation = emulation.With(change.Key, change.Value);
        return new ChipSession(ChipLinks.Open(link, board, emulation, clockHz), board, link, arguments.GetValue(State) ?? WearRecord.DefaultFolder);
    }
}

/// <summary>A chip that was greeted, and where it is.</summary>
/// <param name="Chip">The chip.</param>
/// <param name="Board">Its board.</param>
/// <param name="LinkName">What the user called the link.</param>
/// <param name="StateFolder">Where its wear is recorded.</param>
internal sealed record ChipSession(TdnnChip Chip, Board Board, string LinkName, string StateFolder) : IDisposable
{
    /// <summary>What fills the chip with a model's chains.</summary>
    /// <exception cref="BarrelException">BRL5008, BRL5011, BRL5013.</exception>
    public ChipProgram ProgramOf(Model model)
    {
        Placement placement = model.Placement
            ?? throw new BarrelException(ChipErrors.NotPlaced, $"model '{OneLine.Of(model.Name)}' has no layer on a chip; compile it with --board {Board.Name}");
        Chip.CheckPlacement(placement);
        bool wears = Chip.Identity.Kind == Placement.KindReram;
        return new ChipProgram(Chip, placement, wears ? WearRecord.Open(StateFolder, Chip.Identity, Board.Chip!.EnduranceCycles) : null);
    }

    public void Dispose() => Chip.Dispose();
}
