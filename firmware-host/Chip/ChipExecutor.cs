using Barrel.Runtime;

namespace Barrel.Host.Chip;

/// <summary>
/// Runs a model with its placed layers on a chip and the others in software. Where the chip was reset, it is loaded again; where it fails, this is
/// told once and the placed layers go on in software, to the same bytes.
/// </summary>
internal sealed class ChipExecutor : Executor, IDisposable
{
    /// <summary>A chip that is reset more often in one layer is not worth waiting for.</summary>
    private const int ResetsMax = 3;

    private readonly Executor software;
    private readonly ChipProgram program;
    private readonly ChipLayerRunner?[] placed;
    private readonly int[] sums;
    private readonly Action<BarrelException>? onFailure;

    /// <param name="software">Runs what is not placed; its arena is shared. Not closed here.</param>
    /// <param name="program">Fills the chip; closed with the executor.</param>
    /// <param name="onFailure">Told when the chip fails, once; without it the error is thrown.</param>
    public ChipExecutor(Executor software, ChipProgram program, Action<BarrelException>? onFailure = null)
        : base(software)
    {
        this.software = software;
        this.program = program;
        this.onFailure = onFailure;
        placed = [.. Sequence.Range(0, Model.Layers.Length)
            .Select(i => program.Placement.Of(i) is { } layer ? new ChipLayerRunner(program, layer, Model, Arena) : null)];
        sums = new int[placed.Select(p => p?.SumCount ?? 0).MaxOrDefault()];
    }

    public override string Name => $"{software.Name} with TDNN chip";

    /// <summary>False from the chip's failure on.</summary>
    public bool IsOnChip { get; private set; } = true;

    public ChipProgram Program => program;

    /// <summary>The runner of a layer that is on the chip, or null.</summary>
    public ChipLayerRunner? PlacedAt(int layer) => placed[layer];

    public override void Run()
    {
        for (int i = 0; i < placed.Length; i++)
        {
            if (placed[i] is { } runner && IsOnChip)
                RunPlaced(i, runner);
            else
                software.RunLayer(i);
        }
    }

    /// <summary>
    /// Runs one layer for many frames: each pass is loaded once for all of them. Arenas hold the frames; the executor's own is scratch.
    /// </summary>
    /// <param name="layer">Its index.</param>
    /// <param name="arenas">A frame each.</param>
    public void RunLayer(int layer, IReadOnlyList<byte[]> arenas)
    {
        if (placed[layer] is { } runner)
        {
            Guarded(() => RunShares(runner, arenas));
            return;
        }

        foreach (byte[] arena in arenas)
        {
            arena.CopyTo(Arena, 0);
            software.RunLayer(layer);
            Arena.CopyTo(arena, 0);
        }
    }

    /// <summary>From now on reads the margins of all chains.</summary>
    /// <exception cref="BarrelException">BRL5008: the chip has none.</exception>
    public void CountMargins()
    {
        if (program.Placement.MarginBits == 0)
            throw new BarrelException(ChipErrors.WrongChip, "this chip reads no margins; leave --margins out");
        foreach (ChipLayerRunner? runner in placed)
            runner?.CountMargins();
    }

    /// <summary>Loads what stays on the chip: the first pass.</summary>
    public void Load() => Guarded(() => program.Load(0));

    public void Dispose()
    {
        program.Chip.Dispose();
    }

    private void RunPlaced(int layer, ChipLayerRunner runner)
    {
        for (int resets = 0; ;)
        {
            try
            {
                for (int share = 0; share < runner.ShareCount; share++)
                {
                    runner.Load(share);
                    runner.Evaluate(share, sums);
                }

                runner.WriteOut(sums);
                return;
            }
            catch (BarrelException e) when (e.Code == ChipErrors.WasReset && resets < ResetsMax && Restarted())
            {
                resets++;
            }
            catch (BarrelException e) when (onFailure is not null)
            {
                IsOnChip = false;
                onFailure(Explained(e));
                software.RunLayer(layer);
                return;
            }
        }
    }

    private void RunShares(ChipLayerRunner runner, IReadOnlyList<byte[]> arenas)
    {
        Span<byte> input = runner.Input, output = runner.Output;
        int inputAt = Model.Tensors[runner.Placed.Chains.Layer.Input].ArenaOffset, outputAt = Model.Tensors[runner.Placed.Chains.Layer.Output].ArenaOffset;
        int[] allSums = new int[arenas.Count * runner.SumCount];
        for (int share = 0; share < runner.ShareCount; share++)
        {
            runner.Load(share);
            for (int i = 0; i < arenas.Count; i++)
            {
                arenas[i].AsSpan(outputAt, output.Length).CopyTo(output);
                arenas[i].AsSpan(inputAt, input.Length).CopyTo(input);
                runner.Evaluate(share, allSums.AsSpan(i * runner.SumCount, runner.SumCount));
                output.CopyTo(arenas[i].AsSpan(outputAt));
            }
        }

        // Skips read other tensors of the frame, so here all of it is needed.
        for (int i = 0; i < arenas.Count; i++)
        {
            arenas[i].CopyTo(Arena, 0);
            runner.WriteOut(allSums.AsSpan(i * runner.SumCount, runner.SumCount));
            output.CopyTo(arenas[i].AsSpan(outputAt));
        }
    }

    private void Guarded(Action work)
    {
        for (int resets = 0; ;)
        {
            try
            {
                work();
                return;
            }
            catch (BarrelException e) when (e.Code == ChipErrors.WasReset)
            {
                if (++resets > ResetsMax || !Restarted())
                    throw Explained(e);
            }
        }
    }

    /// <summary>Makes a chip that was reset ready again; false where it does not answer.</summary>
    private bool Restarted()
    {
        try
        {
            program.Forget();
            program.Chip.Ready();
            return true;
        }
        catch (BarrelException)
        {
            return false;
        }
    }

    private static BarrelException Explained(BarrelException e) => e.Code == ChipErrors.WasReset
        ? new BarrelException(ChipErrors.Resets, $"the chip is reset again and again, {ResetsMax + 1} times in one layer; check its supply", e) : e;
}
