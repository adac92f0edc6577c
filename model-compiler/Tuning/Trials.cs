using System.Globalization;
using Barrel.Compiler.Cards;
using Barrel.Compiler.Commands;
using Barrel.Compiler.Graphs;
using Barrel.Compiler.Networks;
using Barrel.Compiler.Quantizing;
using Barrel.Compiler.Reports;
using Barrel.Runtime;

namespace Barrel.Compiler.Tuning;

/// <summary>A network compiled with one setting.</summary>
/// <param name="options">The setting.</param>
/// <param name="model">The blob.</param>
/// <param name="remarks">What was fused, dropped or left to the host.</param>
internal sealed class Trial(QuantizeOptions options, Model model, IReadOnlyList<string> remarks)
{
    public IReadOnlyList<string> Remarks { get; } = remarks;

    public QuantizeOptions Options { get; } = options;

    public Model Model { get; private set; } = model;

    public LayerCosts[] Costs { get; } = ModelCosts.Of(model);

    /// <summary>What the blob takes, not what was asked for.</summary>
    public double AddsPerMac => Model.Macs == 0 ? 0 : (double)Costs.Sum(l => l.Adds) / Model.Macs;

    /// <summary>The setting as users name it.</summary>
    public string Setting => Name(Options);

    /// <summary>Takes the blob with its placement on a chip; nothing else about it is other.</summary>
    public void Place(Model placed) => Model = placed;

    public static string Name(QuantizeOptions options)
    {
        string weights = options.Weights == WeightScheme.Terms
            ? string.Create(CultureInfo.InvariantCulture, $"{options.AddsPerMac:0.0##} adds per MAC{StorageOf(options)}")
            : string.Create(CultureInfo.InvariantCulture, $"{options.Weights.ToString().ToLowerInvariant()} weights of {options.Bits} bits");
        return string.Create(CultureInfo.InvariantCulture, $"{weights}, {options.ActivationBits}-bit {(options.Activations == ActivationScheme.Log2 ? "log " : "")}activations");
    }

    private static string StorageOf(QuantizeOptions options) => options.StorageShare == new QuantizeOptions().StorageShare
        ? "" : string.Create(CultureInfo.InvariantCulture, $", storage at {options.StorageShare:0.##}");
}

/// <summary>Compiles one network with several settings, each of them once.</summary>
internal sealed class Trials(Graph graph, ModelCard card, IReadOnlyList<byte[]> frames, Progress progress)
{
    private readonly Dictionary<QuantizeOptions, Trial> _made = [];
    private readonly SensitivityCache _sensitivities = new();

    public Trial Compile(QuantizeOptions options)
    {
        if (_made.TryGetValue(options, out Trial? made))
            return made;
        using Progress.Step step = progress.Begin($"compile: {Trial.Name(options)}");
        List<string> remarks = [];
        byte[] blob = NetworkCompiler.Compile(graph, card, frames, options, remarks.Add, step.Report, _sensitivities);
        return _made[options] = new Trial(options, Model.Load(blob, BlobNetwork.MemoryBytesMax), remarks);
    }
}
