using Barrel.Compiler.Quantizing;

namespace Barrel.Accuracy;

/// <summary>One line to measure: a network in float, or compiled with a setting.</summary>
/// <param name="Setting">Null: the float network.</param>
/// <param name="Log">Log activations.</param>
/// <param name="Bits">Of the activations.</param>
internal sealed record Row(Subject Subject, Setting? Setting, bool Log, int Bits)
{
    public static IEnumerable<Row> All => Subject.All.SelectMany(Of);

    /// <summary>Its name in the cache and for <c>--rows</c>.</summary>
    public string Key => Setting is null ? $"{Subject.Model} float" : $"{Subject.Model} {Setting.Weights} {(Log ? "log2" : "linear")}-activations-{Bits}";

    public QuantizeOptions Options => Setting!.Options with
    {
        Activations = Log ? ActivationScheme.Log2 : ActivationScheme.Linear,
        ActivationBits = Bits,
    };

    private static IEnumerable<Row> Of(Subject subject) =>
    [
        new(subject, null, false, 0),
        .. Setting.Linear.SelectMany(s => Setting.ActivationBits.Select(bits => new Row(subject, s, false, bits))),
        .. Setting.Log.Select(s => new Row(subject, s, true, Setting.LogActivationBits)),
    ];
}

/// <summary>What a row came to.</summary>
/// <param name="AddsPerMac">Null for the float network.</param>
/// <param name="Score">mIoU or top-1 in percent.</param>
/// <param name="Road">Road IoU in percent; null where there is none.</param>
/// <param name="Error">Code of the error that ended it; null where it did not fail.</param>
internal sealed record Figures(double? AddsPerMac, double? Score, double? Road, string? Error);
