using Barrel.Runtime;

namespace Barrel.Compiler.Reports;

/// <summary>A tensor's place in the arena and the layers during which it must keep it.</summary>
/// <param name="Name">Of the layer that writes it; "input".</param>
/// <param name="FirstStep">Index of the layer that writes it; 0 for the input.</param>
/// <param name="LastStep">Index of the last layer that reads it; the last layer's where it is an output.</param>
internal sealed record PlannedTensor(string Name, TensorInfo Tensor, int FirstStep, int LastStep)
{
    public int Bytes => Tensor.ByteCount();

    public bool IsAlive(int step) => FirstStep <= step && step <= LastStep;
}

/// <summary>Who lies where in the arena and when, from the blob alone.</summary>
internal static class MemoryPlan
{
    public static PlannedTensor[] Of(Model model)
    {
        int[] last = new int[model.Tensors.Length];
        for (int i = 0; i < model.Layers.Length; i++)
        {
            last[model.Layers[i].Output] = i;
            foreach (int read in ModelCosts.TensorsRead(model.Layers[i]))
                last[read] = i;
        }

        foreach (int output in model.OutputTensors)
            last[output] = model.Layers.Length - 1;
        return
        [
            new PlannedTensor("input", model.Tensors[model.InputTensor], 0, last[model.InputTensor]),
            .. model.Layers.Select((l, i) => new PlannedTensor(l.Name, model.Tensors[l.Output], i, last[l.Output])),
        ];
    }

    /// <summary>The layer during which most bytes are alive, and how many; no plan can do with less.</summary>
    public static (int Step, long Bytes) Peak(Model model)
    {
        PlannedTensor[] plan = Of(model);
        return Enumerable.Range(0, model.Layers.Length)
            .Select(i => (Step: i, Bytes: plan.Where(t => t.IsAlive(i)).Sum(t => (long)t.Bytes)))
            .MaxBy(s => s.Bytes);
    }
}
