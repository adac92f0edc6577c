using Barrel.Compiler.Training.Architectures;

namespace Barrel.Compiler.Training.Loop;

/// <summary>What the command line asked for, the architecture's own settings where it said nothing.</summary>
internal sealed record TrainingSettings(Architecture Architecture)
{
    public required string OutputPath { get; init; }

    public required string[] Data { get; init; }

    /// <summary>Measured on while training, or null.</summary>
    public string? Validate { get; init; }

    public string? Teacher { get; init; }

    public required SchemeKind Scheme { get; init; }

    public required int Epochs { get; init; }

    public required int FineTuneEpochs { get; init; }

    public required int Batch { get; init; }

    public required double Rate { get; init; }

    public required double AddsPerMac { get; init; }

    public required int ActivationBits { get; init; }

    /// <summary>Bits of log and linear codes with their sign.</summary>
    public int Bits { get; init; } = 5;

    /// <summary>See <see cref="Networks.BinaryScheme"/>.</summary>
    public double DelayVariation { get; init; }

    public bool IsSgd { get; init; }

    public int Seed { get; init; } = 1;

    public bool Resume { get; init; }

    /// <summary>At most so many samples of the data, spread evenly; null: all.</summary>
    public int? Limit { get; init; }

    public int Threads { get; init; } = Environment.ProcessorCount;

    public string CheckpointPath => Path.ChangeExtension(OutputPath, ".checkpoint");

    public string LogPath => Path.ChangeExtension(OutputPath, ".csv");

    public string CardPath => Path.ChangeExtension(OutputPath, ".card.json");

    /// <summary>What must be equal for a checkpoint to go on. Threads are not in it: they change the order of sums, not what is trained.</summary>
    public string Identity => FormattableString.Invariant(
        $"{Architecture.Name} {Scheme} bits {Bits} adds {AddsPerMac} activations {ActivationBits} epochs {Epochs}+{FineTuneEpochs} batch {Batch} rate {Rate} ") +
        FormattableString.Invariant($"variation {DelayVariation} {(IsSgd ? "SGD" : "AdamW")} seed {Seed} limit {Limit} data {string.Join(' ', Data)} teacher {Teacher}");
}
