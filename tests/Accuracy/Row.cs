using Barrel.Compiler.Quantizing;

namespace Barrel.Accuracy;

/// <summary>One line to measure: a network in float, or compiled with a setting.</summary>
/// <param name="Setting">Null: the float network.</param>
/// <param name="Log">Log activations.</param>
/// <param name="Bits">Of the activations.</param>
/// <param name="OnnxShare">The blob may take the ONNX file's bytes over this; 0: as many as it takes.</param>
internal sealed record Row(Subject Subject, Setting? Setting, bool Log, int Bits, int OnnxShare = 0)
{
    public static IEnumerable<Row> All => Subject.All.SelectMany(Of);

    /// <summary>Its name in the cache and for <c>--rows</c>.</summary>
    public string Key => Setting is null ? $"{Subject.Model} float" : $"{Subject.Model} {Setting.Weights} {(Log ? "log2" : "linear")}-activations-{Bits}{(OnnxShare > 0 ? $" blob-{OnnxShare}th" : "")}";

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
        .. Setting.Sized.Where(_ => subject.Segmentation).SelectMany(s => s.OnnxShares.Where(share => share > 0).Select(share => new Row(subject, s.Setting, false, 8, share))),
    ];
}

/// <summary>What a row came to.</summary>
/// <param name="AddsPerMac">Null for the float network.</param>
/// <param name="Score">mIoU or top-1 in percent.</param>
/// <param name="Road">Road IoU in percent; null where there is none.</param>
/// <param name="Bytes">Of the blob; null for the float network.</param>
/// <param name="Error">Code of the error that ended it; null where it did not fail.</param>
internal sealed record Figures(double? AddsPerMac, double? Score, double? Road, int? Bytes, string? Error);
