using Barrel.Boards;
using Barrel.Compiler.Networks;
using Barrel.Compiler.Packing;
using Barrel.Runtime;

namespace Barrel.Compiler.Placing;

/// <summary>A blob with its placement, read again.</summary>
/// <param name="Model">The network as any program loads it.</param>
/// <param name="Remarks">What stays in software, and what faults cost, a line each.</param>
internal sealed record PlacedBlob(Model Model, IReadOnlyList<string> Remarks)
{
    /// <param name="model">A network without a placement.</param>
    /// <param name="board">A board with a chip.</param>
    /// <param name="faults">Of the chip; null: none.</param>
    /// <exception cref="BarrelException">BRL2101 to BRL2104.</exception>
    public static PlacedBlob Of(Model model, Board board, ChipFaultMap? faults)
    {
        List<string> remarks = [];
        PlacedNetwork placed = Placer.Place(model, board, faults, remarks.Add);
        if (faults is not null)
            remarks.Add($"{faults.Faults.Length} bad PEs in the fault map keep {placed.LostSegments} of the chip's {board.Chip!.Segments} segments out of use");
        return new PlacedBlob(Model.Load(PlacementWriter.Append(model.Blob, placed.Placement), BlobNetwork.MemoryBytesMax), remarks);
    }
}
