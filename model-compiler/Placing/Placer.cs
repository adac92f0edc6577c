using Barrel.Boards;
using Barrel.Runtime;

namespace Barrel.Compiler.Placing;

/// <summary>A placement, and what it had to do without.</summary>
/// <param name="Placement">For <c>PlacementWriter</c>.</param>
/// <param name="LostSegments">Segments that faults kept out of use.</param>
public sealed record PlacedNetwork(Placement Placement, int LostSegments);

/// <summary>Finds a place on a board's TDNN chip for each neuron of a network's binary layers.</summary>
public static class Placer
{
    /// <param name="model">A network without a placement.</param>
    /// <param name="board">A board with a chip.</param>
    /// <param name="faults">Bad processing elements (PEs) of the chip; null: none.</param>
    /// <param name="remark">Told which binary layers stay in software, a line each.</param>
    /// <exception cref="BarrelException">BRL2101 to BRL2104.</exception>
    public static PlacedNetwork Place(Model model, Board board, ChipFaultMap? faults = null, Action<string>? remark = null)
    {
        BoardChip chip = board.Chip ?? throw new ArgumentException($"board '{board.Name}' has no chip", nameof(board));
        Placement geometry = Geometry(board, chip);
        SegmentFaults segments = new(chip.Segments, chip.SegmentPes, faults);
        LayerChains[] layers = Placeable(model, board, geometry, remark);
        FillingPlan plan = FillingPlan.Trivial(layers.Length);
        Placement? trivial = ChipFilling.Fill(layers, geometry, segments, plan, ModelFormat.ExtentMax, out int lost, out LayerChains? stuck);
        if (trivial is null)
            throw NoRoom(board, chip, stuck!, faults is not null);
        if (trivial.Passes == 1)
            return new PlacedNetwork(trivial, lost);
        if (chip.IsReram)
            throw WearsOut(board, chip, layers, trivial);
        Filling best = PassSearch.Run(
            model, layers, geometry, segments, chip.TransferBytesMax, new Filling(plan, trivial, lost, ChipTraffic.Of(model, trivial, chip.TransferBytesMax)));
        return new PlacedNetwork(best.Placement, best.LostSegments);
    }

    private static Placement Geometry(Board board, BoardChip chip) => new()
    {
        Board = board.Name,
        Kind = chip.IsReram ? Placement.KindReram : Placement.KindSram,
        Segments = chip.Segments,
        SegmentPes = chip.SegmentPes,
        InputBits = chip.InputBits,
        MarginBits = chip.MarginBits,
    };

    /// <summary>The layers that the chip takes, in order. A chain that is too long is an error; sums that it cannot read stay in software.</summary>
    private static LayerChains[] Placeable(Model model, Board board, Placement geometry, Action<string>? remark)
    {
        List<LayerChains> layers = [];
        List<string> left = [];
        int room = Math.Min(geometry.InputBits, geometry.Segments * geometry.SegmentPes);
        for (int i = 0; i < model.Layers.Length; i++)
        {
            if (model.Layers[i] is not BinaryLayer binary)
                continue;
            NeuronChains chains = new(binary, model.Tensors[binary.Output]);
            if (chains.PesMax > room)
                throw new BarrelException(
                    PlacingErrors.ChainTooLong,
                    $"layer '{binary.Name}' needs a chain of {chains.PesMax} PEs; the chip of board '{board.Name}' has {geometry.Segments * geometry.SegmentPes} PEs "
                    + $"and {geometry.InputBits} input bits");
            if (geometry.WhyNot(chains) is string reason)
                left.Add($"layer '{binary.Name}' ({PesOf(chains)} PEs) needs {reason}");
            else if (PesOf(chains) > 0)
                layers.Add(new LayerChains(i, chains, geometry.SegmentPes));
        }

        if (layers.Count == 0)
            throw new BarrelException(
                PlacingErrors.NothingToPlace,
                $"board '{board.Name}' has a chip of {geometry.Segments * geometry.SegmentPes} PEs for binary layers, and "
                + (left.Count > 0 ? string.Join("; ", left) : $"the network has none: {Others(model)}"));
        foreach (string line in left)
            remark?.Invoke($"{line}: it stays in software");
        return [.. layers];
    }

    private static long PesOf(NeuronChains chains) => Enumerable.Range(0, chains.Layer.Rows).Sum(r => (long)chains.PesOf(r));

    /// <summary>What a network without binary layers has instead.</summary>
    private static string Others(Model model)
    {
        Layer[] linear = [.. model.Layers.Where(l => l.Macs > 0)];
        Layer[] shown = linear.Length == 0 ? model.Layers : linear;
        return string.Join(", ", shown.Take(3).Select(l => $"'{l.Name}' ({l.Macs} multiplications)")) + (shown.Length > 3 ? $" and {shown.Length - 3} more" : "");
    }

    private static BarrelException NoRoom(Board board, BoardChip chip, LayerChains layer, bool hasFaults) => new(
        PlacingErrors.NoRoom,
        $"layer '{layer.Chains.Layer.Name}' needs chains of up to {layer.Chains.PesMax} PEs, {layer.SegmentsMax} segments, and the chip of board '{board.Name}', "
        + $"{chip.Segments} segments of {chip.SegmentPes} PEs, has no place for some of them "
        + (hasFaults ? "between its bad PEs" : $"in {ModelFormat.ExtentMax} passes"));

    private static BarrelException WearsOut(Board board, BoardChip chip, LayerChains[] layers, Placement placement)
    {
        string need = $"the network needs {layers.Sum(l => l.Segments)} segments for its chains, and the ReRAM chip of board '{board.Name}' has {chip.Segments}: "
            + $"in {placement.Passes} passes its cells would be programmed anew for every frame";
        int pulses = CellWear.PulsesPerFrame(placement);
        return new BarrelException(
            PlacingErrors.WearsOut,
            chip.EnduranceCycles == 0 || pulses == 0 ? $"{need}; one pass would be right"
                : $"{need}, up to {pulses} times each, and be worn out after {chip.EnduranceCycles / pulses} inferences ({chip.EnduranceCycles} cycles)");
    }
}
