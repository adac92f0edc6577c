using Barrel.Boards;
using Barrel.Runtime;

namespace Barrel.Compiler.Emitting;

/// <summary>
/// What a board that runs nanoFramework has room for. Whatever goes beyond it is an error here, with the layer and the numbers, and not a failure on the board.
/// </summary>
internal sealed class NanoLimits(Board board, Model model, NetworkSource source)
{
    public const string Family = "nanoframework";

    /// <summary>Largest array of the interpreter.</summary>
    public const int ArrayBytesMax = 786_362;

    /// <summary>Of 64 KiB of IL in an assembly, less what is around the layers.</summary>
    public const int AssemblyIlBytesMax = 60_000;

    /// <summary>Managed heap of an ESP32 without PSRAM, of which 80 to 130 KB are left beside the interpreter's own.</summary>
    public const int SmallHeapBytes = 80 * 1024;

    /// <summary>Where applications lie in the flash of 4 MiB, and in larger ones at least.</summary>
    public const int DeploymentBytes = 1792 * 1024;

    /// <summary>The runtime, the application and nanoFramework's own assemblies.</summary>
    private const int ApplicationBytes = 320 * 1024;

    /// <summary>Objects of the model and of the application, stack frames, the reader of the blob.</summary>
    private const int ObjectBytes = 14 * 1024;

    /// <summary>Memory inside the chip; what is beyond is PSRAM, of which the heap is made where there is any.</summary>
    private const int InsideBytes = 532_480;

    /// <summary>Bytes for applications.</summary>
    public long RoomBytes { get; init; } = DeploymentBytes;

    /// <summary>Bytes of the managed heap.</summary>
    public long HeapBytes => board.RamBytes > InsideBytes ? board.RamBytes - InsideBytes : SmallHeapBytes;

    /// <summary>What the arena and the words of generated layers take.</summary>
    private long TensorBytes => model.ArenaBytes + Executor.ArenaSlackBytes + (source.Hot.Any() ? model.ArenaBytes : 0);

    /// <summary>All that is alive at once, at most.</summary>
    public long TakenBytes => TensorBytes + model.Layers.Sum(ScratchBytes) + ChipBytes + ObjectBytes;

    /// <summary>What a TDNN chip takes: what its segments hold and should hold, inputs and two of its test, transfers, and the chains of the layers that are placed on it.</summary>
    private long ChipBytes => model.Placement is not { } placement ? 0
        : (placement.Segments * (7L + (placement.SegmentPes / 4))) + (3L * placement.InputBits / 8) + (2L * (board.Chip?.TransferBytesMax ?? 0)) + placement.Layers.Sum(ChainBytes);

    /// <exception cref="BarrelException">BRL2201, BRL2202, BRL2203.</exception>
    public void Check()
    {
        foreach (Layer layer in model.Layers)
            CheckArray(layer);
        if (TakenBytes > HeapBytes)
        {
            Layer most = model.Layers.MaxBy(l => ScratchBytes(l) + LiveBytes(l))!;
            throw new BarrelException(
                EmitErrors.Heap,
                $"layer '{OneLine.Of(most.Name)}' takes most memory, {LiveBytes(most):N0} bytes of tensors and {ScratchBytes(most):N0} beside them; arena and words of "
                + $"{TensorBytes:N0} bytes and all else come to {TakenBytes:N0}, and {board.Name} has a heap of {HeapBytes:N0}; a smaller input or fewer channels would be right");
        }

        long flash = ApplicationBytes + model.Blob.Length + source.Pieces.Sum(p => p.IlBytes);
        if (flash > RoomBytes)
        {
            string most = source.Pieces.MaxBy(p => p.IlBytes) is Piece piece ? $"layer '{OneLine.Of(piece.Layer.Name)}' takes {piece.IlBytes:N0} bytes of code, " : "";
            throw new BarrelException(
                EmitErrors.Deployment,
                $"{most}the blob {model.Blob.Length:N0}, all with the application {flash:N0}, and {board.Name} has {RoomBytes:N0} for them; fewer adds per MAC would be right");
        }
    }

    private void CheckArray(Layer layer)
    {
        long most = Math.Max(model.ArenaBytes + Executor.ArenaSlackBytes, ScratchBytes(layer));
        if (most > ArrayBytesMax)
            throw new BarrelException(
                EmitErrors.ArrayBytes,
                $"layer '{OneLine.Of(layer.Name)}' needs an array of {most:N0} bytes (tensors {LiveBytes(layer):N0}, beside them {ScratchBytes(layer):N0}), and the largest of "
                + $"{board.Name} is {ArrayBytesMax:N0}; a smaller input or fewer channels would be right");
    }

    /// <summary>What a layer reads and writes.</summary>
    private long LiveBytes(Layer layer) =>
        Enumerable.Range(0, model.Tensors.Length).Where(t => t == layer.Output || LayerReads.Tensor(layer, t)).Sum(t => (long)model.Tensors[t].ByteCount());

    private static long ChainBytes(PlacedLayer placed)
    {
        BinaryLayer layer = placed.Chains.Layer;
        long positions = (long)layer.GridHeight * layer.GridWidth;
        return (8L * placed.Chains.Weights.Length) + (32L * layer.Rows) + (4L * layer.FanIn) + (4 * positions) + (placed.Chains.IsSign ? 0 : 4 * positions * layer.Rows);
    }

    /// <summary>What a layer takes beside the arena: numbers of its rows, and tile and taps where it runs from the blob.</summary>
    private long ScratchBytes(Layer layer)
    {
        if (layer is BinaryLayer binary)
            return (8L * binary.Weights.Length * 2) + (16L * binary.Rows) + (model.Tensors[binary.Input].ByteCount() / 8);
        if (layer is not TapLayer taps)
            return 256;
        long rows = 16L * taps.Rows;
        if (source.Hot.FirstOrDefault(h => h.Layer == taps) is HotLayer hot)
            return rows + new LayerSource(hot).TileBytes;
        int lanes = TapProgram.FitsBytes(model, taps) ? 8 : 4;
        TapPlan plan = new(model, taps, lanes, lanes, lanes, GeneratedExecutor.TileElementsMax);
        return rows + ((long)plan.Elements * 8 / lanes) + (4L * plan.Positions) + (8L * taps.TapCount) + (20L * taps.Rows) + (4L * plan.Slots * plan.TilesDown * taps.Inputs.Length);
    }
}
