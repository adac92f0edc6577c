using Barrel.Compiler.Lowering;
using Barrel.Runtime;

namespace Barrel.Compiler.Packing;

/// <summary>
/// Places tensors in the arena: the largest first, each at the lowest offset where it overlaps no tensor that is alive at the same time.
/// </summary>
internal static class ArenaPlanner
{
    /// <summary>Offsets in bytes, and the size of the arena.</summary>
    public static (Dictionary<LoweredTensor, int> Offsets, int ArenaBytes) Plan(LoweredNetwork network)
    {
        Dictionary<LoweredTensor, (int First, int Last)> alive = new() { [network.Input] = (-1, -1) };
        for (int i = 0; i < network.Layers.Count; i++)
        {
            foreach (LoweredTensor tensor in network.Layers[i].Reads)
                alive[tensor] = (alive[tensor].First, i);
            alive[network.Layers[i].Output] = (i, i);
        }

        foreach (LoweredTensor output in network.Outputs)
            alive[output] = (alive[output].First, int.MaxValue);

        LoweredTensor[] order = [.. alive.Keys.OrderByDescending(BytesOf).ThenBy(t => alive[t].First)];
        List<(LoweredTensor Tensor, long From, long To)> placed = [];
        Dictionary<LoweredTensor, int> offsets = [];
        long end = 0;
        foreach (LoweredTensor tensor in order)
        {
            long bytes = BytesOf(tensor);
            long at = 0;
            foreach ((LoweredTensor other, long from, long to) in placed.OrderBy(p => p.From))
                if (alive[other].First <= alive[tensor].Last && alive[tensor].First <= alive[other].Last && at < to && from < at + bytes)
                    at = to;
            placed.Add((tensor, at, at + bytes));
            offsets[tensor] = checked((int)at);
            end = Math.Max(end, at + bytes);
        }

        return (offsets, checked((int)end));
    }

    private static long BytesOf(LoweredTensor tensor)
    {
        long bytes = (long)tensor.ElementCount * (tensor.Bits == 32 ? 4 : 1);
        return (bytes + ModelFormat.TensorAlignment - 1) / ModelFormat.TensorAlignment * ModelFormat.TensorAlignment;
    }
}
