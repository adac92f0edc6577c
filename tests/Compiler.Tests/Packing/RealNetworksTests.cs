using Barrel.Compiler.Cards;
using Barrel.Compiler.Data;
using Barrel.Compiler.Graphs;
using Barrel.Compiler.Import;
using Barrel.Compiler.Quantizing;
using Barrel.Compiler.Reports;
using Barrel.Compiler.Tests.Commands;
using Barrel.Compiler.Tests.Data;
using Barrel.Compiler.Tests.Lowering;
using Barrel.Runtime;

namespace Barrel.Compiler.Tests.Packing;

/// <summary>Networks of others from the ONNX file to the bytes of every executor.</summary>
[TestClass]
public class RealNetworksTests
{
    /// <summary>Frames that calibration does not see.</summary>
    private const int HeldOut = 4;

    [TestMethod]
    [DataRow("mnist-8", 16, 20.0)]
    [DataRow("mlperf_resnet8_cifar10", 16, 19.0)]
    [DataRow("resnet20_cifar10", 16, 14.0)]
    [DataRow("bnn_lfcW1A1_mnist", 4, 20.0)]
    [DataRow("ultraface_slim_320", 8, 10.0)]
    [DataRow("lane_fcn_80x160", 8, 0.98)]
    [DataRow("espnet_camvid_240x320", 6, 0.93)]
    [DataRow("espnet_camvid_360x480", 3, 0.93)]
    public void AreCloseToFloatAndEqualOnAllExecutors(string name, int calibration, double least)
    {
        (Graph graph, ModelCard card, List<byte[]> frames) = Quantized.Real(name, calibration + HeldOut);
        Quantized q = Quantized.Of(graph, card, frames[..^HeldOut], new QuantizeOptions { AddsPerMac = 1.25 });
        Quantized.AssertExecutorsAgree(q.Model, frames[^1]);
        Assert.IsLessThanOrEqualTo(1.25 * q.Model.Macs, ModelCosts.Of(q.Model).Sum(l => l.Adds), "adds");

        // One frame alone says little: its signal-to-noise ratio is 2 dB off the average now and then.
        CodeValues values = new(card.Input, NetworkCompiler.InputFormatOf(graph, card));
        List<float>[] expected = [.. graph.Outputs.Select(_ => new List<float>())];
        List<float>[] actual = [.. graph.Outputs.Select(_ => new List<float>())];
        foreach (byte[] frame in frames[^HeldOut..])
        {
            float[] input = new float[frame.Length];
            values.Fill(frame, input);
            IReadOnlyDictionary<Value, float[]> exact = FloatRunner.Run(graph, input);
            float[][] outputs = Quantized.Outputs(q.Model, frame);
            for (int i = 0; i < outputs.Length; i++)
            {
                float[] scores = exact[graph.Outputs[i]];
                actual[i].AddRange(outputs[i]);
                expected[i].AddRange(card.Task == Model.TaskSegmentation ? Mask(scores, outputs[i].Length, card.Threshold ?? 0.5f) : scores);
            }
        }

        for (int i = 0; i < expected.Length; i++)
        {
            double reached = card.Task == Model.TaskSegmentation
                ? (double)expected[i].Zip(actual[i]).Count(p => p.First == p.Second) / expected[i].Count
                : Sqnr(expected[i], actual[i]);
            Assert.IsGreaterThanOrEqualTo(least, reached, $"output {i}: dB, or share of the mask");
        }

        q.AssertRealArithmetic(frames[^1]);
    }

    private static double Sqnr(List<float> expected, List<float> actual)
    {
        double mean = expected.Average();
        return 10 * Math.Log10(expected.Sum(v => Math.Pow(v - mean, 2)) / expected.Zip(actual).Sum(p => Math.Pow(p.First - p.Second, 2)));
    }

    private static float[] Mask(float[] scores, int pixels, float threshold) =>
        scores.Length == pixels ? Array.ConvertAll(scores, s => s >= threshold ? 1f : 0) : LoweredRun.Greatest(scores, pixels);
}

/// <summary>The networks that the host brings along.</summary>
[TestClass]
public class EmbeddedNetworkTests
{
    [TestMethod]
    [DataRow("road")]
    [DataRow("roadgrid")]
    [DataRow("roadgrid-scenes")]
    [DataRow("roadgrid-binary")]
    [DataRow("digits-binary")]
    public void TheBlobIsWhatCompileMakes(string name)
    {
        using TemporaryFolder folder = new();
        TestCommandLine run = TestCommandLine.Run("compile", Find(name + ".onnx"), "-o", folder["made.barrel"]);
        Assert.AreEqual(0, run.ExitCode, run.Error);
        CollectionAssert.AreEqual(
            File.ReadAllBytes(Find(name + ".barrel")), File.ReadAllBytes(folder["made.barrel"]),
            $"firmware-host/Models/{name}.barrel is out of date: barrel compile firmware-host/Models/{name}.onnx -o firmware-host/Models/{name}.barrel");
    }

    /// <summary>What firmware-host/Models/README.md says of them.</summary>
    [TestMethod]
    [DataRow("roadgrid", 83.0, "camvid_240x180/val")]
    [DataRow("roadgrid-binary", 78.0, "camvid_240x180/val")]
    [DataRow("digits-binary", 97.5, "mnist")]
    public void TheBlobScoresWhatItsPageSays(string name, double least, string data)
    {
        string set = SharedData.Require(data.Split('/'));
        string[] labels = name == "digits-binary" ? [] : ["--road-label", "3"];
        TestCommandLine run = TestCommandLine.Run(["evaluate", Find(name + ".barrel"), "--data", set, "--json", .. labels]);
        Assert.AreEqual(0, run.ExitCode, run.Error);
        using System.Text.Json.JsonDocument json = System.Text.Json.JsonDocument.Parse(run.Out);
        System.Text.Json.JsonElement found = json.RootElement.GetProperty(name == "digits-binary" ? "top1" : "roadIoU");
        Assert.IsGreaterThanOrEqualTo(least, found.GetDouble());
    }

    [TestMethod]
    public void ItsAddsAreAboutHalfItsMacs()
    {
        Model model = Model.Load(File.ReadAllBytes(Find("road.barrel")), 1 << 30);
        Assert.IsLessThanOrEqualTo(0.53 * model.Macs, ModelCosts.Of(model).Sum(l => l.Adds));
        Assert.AreEqual("Road", model.Classes[model.RoadClass]);
    }

    [TestMethod]
    public void ItsMaskIsTheFloatGraphsOnDrawnFrames()
    {
        InputFormat format = Model.Load(File.ReadAllBytes(Find("road.barrel")), 1 << 30).Input;
        AssertMasks([.. Enumerable.Range(10, 6).Select(seed => CalibrationFrames.Synthetic(format, seed))]);
    }

    [TestMethod]
    public void ItsMaskIsTheFloatGraphsOnStreets()
    {
        InputFormat format = Model.Load(File.ReadAllBytes(Find("road.barrel")), 1 << 30).Input;
        AssertMasks(CalibrationFrames.Load(SharedData.Require("camvid_240x180", "val"), format, TextWriter.Null, 8));
    }

    [TestMethod]
    public void ItsSumsAreReal()
    {
        string path = Find("road.onnx");
        Graph graph = OnnxImporter.ImportFile(path);
        ModelCard card = ModelCard.For(path, null);
        byte[] frame = CalibrationFrames.Synthetic(NetworkCompiler.InputFormatOf(graph, card), 3);
        Quantized q = Quantized.Of(graph, card, [frame], new QuantizeOptions());
        q.AssertRealArithmetic(frame);
        Quantized.AssertExecutorsAgree(q.Model, frame);
    }

    [TestMethod]
    public void ItsLayersKeepTheGridsThatItWasTrainedOn()
    {
        string path = Find("road.onnx");
        Graph graph = OnnxImporter.ImportFile(path);
        ModelCard card = ModelCard.For(path, null);
        Model model = Model.Load(File.ReadAllBytes(Find("road.barrel")), 1 << 30);
        byte[] frame = CalibrationFrames.Synthetic(model.Input, 4);
        Verification verification = Verification.Run(graph, card, model, [frame], compareExecutors: false);
        foreach (LayerFidelity layer in verification.Layers)
            Assert.IsGreaterThan(90, layer.SqnrDb, layer.Name);
    }

    private static void AssertMasks(List<byte[]> frames)
    {
        string path = Find("road.onnx");
        Graph graph = OnnxImporter.ImportFile(path);
        CodeValues values = new(ModelCard.For(path, null).Input, NetworkCompiler.InputFormatOf(graph, ModelCard.For(path, null)));
        Model model = Model.Load(File.ReadAllBytes(Find("road.barrel")), 1 << 30);
        long same = 0;
        long all = 0;
        foreach (byte[] frame in frames)
        {
            float[] mask = Quantized.Outputs(model, frame)[0];
            float[] input = new float[frame.Length];
            values.Fill(frame, input);
            float[] expected = LoweredRun.Greatest(FloatRunner.Run(graph, input)[graph.Outputs[0]], mask.Length);
            same += expected.Zip(mask).Count(p => p.First == p.Second);
            all += mask.Length;
        }

        Assert.IsGreaterThanOrEqualTo(0.995, (double)same / all);
    }

    internal static string Find(string file)
    {
        for (DirectoryInfo? d = new(AppContext.BaseDirectory); d is not null; d = d.Parent)
            if (File.Exists(Path.Combine(d.FullName, "Barrel.slnx")))
                return Path.Combine(d.FullName, "firmware-host", "Models", file);
        throw new AssertFailedException("the tests run outside a checkout");
    }
}
