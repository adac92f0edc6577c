using Barrel.Compiler.Graphs;

namespace Barrel.Compiler.Import;

/// <summary>
/// Finds Mul 1/s, Add ½, Floor, Clip(−zero, max − zero), Mul s, as networks trained with quantized activations are exported, and puts one
/// <see cref="ActivationGrid"/> in its place. Runs before anything is folded.
/// </summary>
internal static class ActivationGrids
{
    // 1/s times s may be off by the rounding of both.
    private const float ProductTolerance = 1e-5f;

    public static void Find(Graph graph)
    {
        if (!graph.Body.Exists(n => n is Floor))
            return;
        var links = new BodyLinks(graph);
        foreach (Floor floor in graph.Body.OfType<Floor>().ToArray())
            Match(graph, links, floor);
        links.Apply();
    }

    private static void Match(Graph graph, BodyLinks links, Floor floor)
    {
        if (Before(links, floor) is not Convolution half || !Array.TrueForAll(half.Weights, w => w == 1)
            || !Array.TrueForAll(half.Bias, b => b == 0.5f))
            return;
        Convolution? into = Before(links, half);
        if (into is not null && !Array.TrueForAll(into.Bias, b => b == 0))
            into = null;
        if (links.OnlyReader(floor.Output) is not Clip clip || clip.Minimum > 0 || clip.Maximum < 1
            || !IsCode(clip.Minimum) || !IsCode(clip.Maximum))
            return;
        Convolution? back = links.OnlyReader(clip.Output) as Convolution;
        if (back is not null && !(AffineFolding.IsAffine(back) && Array.TrueForAll(back.Bias, b => b == 0)))
            back = null;
        float[] scales = back?.Weights ?? [1];
        if ((into is null) != (back is null) || !Undoes(into?.Weights, scales))
            return;
        if (Array.TrueForAll(scales, s => s == scales[0]))
            scales = [scales[0]];
        Node last = (Node?)back ?? clip, first = (Node?)into ?? half;
        var grid = new ActivationGrid
        {
            Name = last.Name,
            OnnxOperator = floor.OnnxOperator,
            Inputs = first.Inputs,
            Output = last.Output,
            Scales = scales,
            Zero = (int)-clip.Minimum,
            MaximumCode = (int)(clip.Maximum - clip.Minimum),
        };
        foreach (Node? node in new Node?[] { into, half, floor, clip, back })
        {
            if (node is not null && node != last)
                links.Remove(node);
        }
        links.Replace(last, grid);
        graph.Remarks.Add($"Floor '{floor.Name}': with its Mul, Add and Clip an activation grid of {grid.MaximumCode + 1} codes");
    }

    private static Convolution? Before(BodyLinks links, Node node) =>
        links.Producer(node.Inputs[0]) is Convolution c && AffineFolding.IsAffine(c) && links.OnlyReader(c.Output) == node ? c : null;

    private static bool IsCode(float bound) => MathF.Floor(bound) == bound && MathF.Abs(bound) <= ushort.MaxValue;

    private static bool Undoes(float[]? inverse, float[] scales)
    {
        for (int i = 0; inverse is not null && i < inverse.Length; i++)
        {
            if (!(scales[i] > 0) || !(MathF.Abs(inverse[i] * scales[i] - 1) <= ProductTolerance))
                return false;
        }
        return true;
    }
}
