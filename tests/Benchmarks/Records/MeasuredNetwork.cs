using Barrel.Compiler;
using Barrel.Compiler.Cards;
using Barrel.Compiler.Data;
using Barrel.Compiler.Graphs;
using Barrel.Compiler.Import;
using Barrel.Compiler.Quantizing;

namespace Barrel.Benchmarks.Records;

/// <summary>A network of the development data at the setting that it is measured at.</summary>
/// <param name="Model">Folder and file name below <c>models/</c>.</param>
public sealed record MeasuredNetwork(string Model, double AddsPerMac, int ActivationBits)
{
    public static MeasuredNetwork[] All { get; } = [new("espnet_camvid_240x320", 0.75, 5), new("road_qat_prototype", 0.53, 8)];

    /// <summary>The setting as <c>barrel compile</c> takes it.</summary>
    public string Options => FormattableString.Invariant($"--adds-per-mac {AddsPerMac}") + (ActivationBits == 8 ? "" : $" --activation-bits {ActivationBits}");

    public string OnnxIn(string data) => Path.Combine(data, "models", Model, Model + ".onnx");

    public static string FramesIn(string data) => Path.Combine(data, "camvid_240x180", "train", "images");

    /// <returns>The blob and the frames that it, and its 8-bit peer, are calibrated on.</returns>
    public (byte[] Blob, List<byte[]> Frames) Compile(string data)
    {
        ModelCard card = ModelCard.For(OnnxIn(data), null);
        Graph graph = OnnxImporter.ImportFile(OnnxIn(data));
        int count = CalibrationFrames.CountFor(NetworkCompiler.Lower(graph, card));
        List<byte[]> frames = CalibrationFrames.Load(FramesIn(data), NetworkCompiler.InputFormatOf(graph, card), Console.Error, count);
        return (NetworkCompiler.Compile(graph, card, frames, new QuantizeOptions { AddsPerMac = AddsPerMac, ActivationBits = ActivationBits }), frames);
    }
}
