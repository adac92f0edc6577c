using Barrel.Boards;
using Barrel.Host.Chip;
using Barrel.Host.Commands;
using Barrel.Host.Decision;
using Barrel.Host.Loop;
using Barrel.Runtime;

namespace Barrel.Host.Service;

/// <summary>Makes a network ready for frames from a blob and the options of a run, at the start and at each reload alike.</summary>
/// <param name="context">Loads models; takes the line that a chip failed.</param>
/// <param name="board">Bounds the arena.</param>
internal sealed class NetworkMaker(CommandContext context, Board board)
{
    /// <param name="blob">Checked here as a whole.</param>
    /// <param name="modelName">Where it came from, for errors.</param>
    /// <param name="config">Threads, chip and decision are used.</param>
    /// <exception cref="BarrelException">Anything that the user can put right.</exception>
    public RoadNetwork Make(byte[] blob, string modelName, RunConfig config)
    {
        DecisionSettings settings = config.Decision?.ToSettings() ?? new DecisionSettings();
        Executor software = CreateExecutor(blob, modelName, config.ThreadCount);
        ChipExecutor? chip = null;
        try
        {
            if (config.Link is not { } link)
                return new RoadNetwork(software, settings);
            chip = OnChip(software, modelName, link, Emulation.Parse(config.Emulate));
            return new RoadNetwork(chip, settings, software as IDisposable);
        }
        catch
        {
            chip?.Dispose();
            (software as IDisposable)?.Dispose();
            throw;
        }
    }

    /// <summary>A chip that fails is told of once; its layers then run in software, to the same bytes.</summary>
    private ChipExecutor OnChip(Executor software, string modelName, string link, Emulation emulation)
    {
        if (software.Model.Placement is not { } placement)
            throw new BarrelException(ChipErrors.NotPlaced, $"model '{modelName}' has no layer on a chip; compile it with the --board that has one, or leave --link out");

        // The chip's board may be another than that of the pins: an emulated chip on a desktop.
        Board chipBoard = board.Chip is null ? Boards.Boards.Find(placement.Board) : board;
        ChipSession session = new(ChipLinks.Open(link, chipBoard, emulation), chipBoard, link, WearRecord.DefaultFolder);
        try
        {
            return new ChipExecutor(
                software,
                session.ProgramOf(software.Model),
                e => context.Log.Warning($"the chip failed, its layers go on in software: BRL{e.Code}: {OneLine.Of(e.Message)}"));
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    private Executor CreateExecutor(byte[] blob, string modelName, int threads)
    {
        try
        {
            return context.CreateExecutor(blob, board.ArenaBytesMax, threads);
        }
        catch (BarrelException e) when (e.Code is >= ModelErrors.NotABlob and <= ModelErrors.TooLarge)
        {
            throw new BarrelException(e.Code, $"model '{modelName}' on board {board.Name}: {e.Message}", e);
        }
    }
}
