using Barrel.Agreement;
using Barrel.Compiler.Cards;
using Barrel.Compiler.Data;
using Barrel.Compiler.Graphs;
using Barrel.Compiler.Import;
using Barrel.Compiler.Quantizing;
using Barrel.Compiler.Tests;
using Barrel.Runtime;
using Barrel.Tests;

namespace Barrel.Arm64.Tests;

/// <summary>Every executor gives, on every processor and after every layer, the same bytes as the plain one gives here.</summary>
[TestClass]
[TestCategory("arm64")]
public class AgreementTests
{
    private static readonly Lazy<string> Program = new(() => EmulatedArm64.Publish("tests/Agreement/Barrel.Agreement.csproj", "agreement"));
    private static readonly string[] OnArm64 = [ChainExecutor.ExecutorName, SwarExecutor.ExecutorName, "vector128"];

    [TestMethod]
    [DataRow(4, ActivationScheme.Linear)]
    [DataRow(6, ActivationScheme.Linear)]
    [DataRow(8, ActivationScheme.Linear)]
    [DataRow(4, ActivationScheme.Log2)]
    public void Small_networks_here(int activationBits, ActivationScheme activations)
    {
        HashSet<Type> kinds = [];
        foreach ((string name, ModelCard card, byte[] onnx) in SmallNetworks.All())
        {
            Case small = Compiled(OnnxImporter.Import(onnx, name), card, activationBits, activations);
            AssertAgreementHere(small);
            kinds.UnionWith(small.Model.Layers.Select(l => l.GetType()));
        }

        foreach (Type kind in typeof(Layer).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(Layer)) && !t.IsAbstract))
            Assert.Contains(kind, kinds, "no small network has such a layer");
    }

    [TestMethod]
    [DataRow(4, ActivationScheme.Linear)]
    [DataRow(6, ActivationScheme.Linear)]
    [DataRow(8, ActivationScheme.Linear)]
    [DataRow(4, ActivationScheme.Log2)]
    public void Small_networks(int activationBits, ActivationScheme activations)
    {
        EmulatedArm64.Require();
        foreach ((string name, ModelCard card, byte[] onnx) in SmallNetworks.All())
            AssertAgreementOnArm64(Compiled(OnnxImporter.Import(onnx, name), card, activationBits, activations));
    }

    [TestMethod]
    [DataRow("bnn_lfcW1A1_mnist")]
    [DataRow("espnet_camvid_240x320")]
    [DataRow("espnet_camvid_360x480")]
    [DataRow("lane_fcn_80x160")]
    [DataRow("mlperf_resnet8_cifar10")]
    [DataRow("mnist-8")]
    [DataRow("resnet20_cifar10")]
    [DataRow("road_qat_prototype")]
    [DataRow("ultraface_slim_320")]
    public void Real_networks(string name)
    {
        EmulatedArm64.Require();
        string file = SharedData.Model(name);
        Case real = Compiled(OnnxImporter.ImportFile(file), ModelCard.For(file, null), 8, ActivationScheme.Linear);
        AssertAgreementHere(real);
        AssertAgreementOnArm64(real);
    }

    /// <summary>A blob, two frames, and the checksums of the plain executor on this machine.</summary>
    private sealed record Case(string Name, byte[] Blob, Model Model, byte[] Frames, string[] Expected);

    private static Case Compiled(Graph graph, ModelCard card, int activationBits, ActivationScheme activations)
    {
        List<byte[]> calibration = CalibrationFrames.Load(null, Compiler.NetworkCompiler.InputFormatOf(graph, card), TextWriter.Null, count: 4);
        byte[] blob = Compiler.NetworkCompiler.Compile(graph, card, calibration, new QuantizeOptions { Activations = activations, ActivationBits = activationBits });
        Model model = Model.Load(blob, int.MaxValue);
        byte[] frames = [.. calibration[0], .. Noise(model.Input)];
        string[] expected = [.. LayerChecksums.Of(new SwarExecutor(model), frames)];
        Assert.HasCount(model.Layers.Length * 2, expected);
        return new Case(graph.Name, blob, model, frames, expected);
    }

    private static void AssertAgreementHere(Case one)
    {
        foreach (ExecutorKind kind in Executors.For(one.Model))
            AssertSame(one.Expected, [.. LayerChecksums.Of(kind.Create(one.Model), one.Frames)], $"{one.Name}, {kind.Name} here");
    }

    private static void AssertAgreementOnArm64(Case one)
    {
        string folder = Directory.CreateTempSubdirectory("barrel-arm64-").FullName;
        try
        {
            string blobFile = Path.Combine(folder, "model.barrel"), codesFile = Path.Combine(folder, "frames.codes");
            File.WriteAllBytes(blobFile, one.Blob);
            File.WriteAllBytes(codesFile, one.Frames);
            foreach (string processor in EmulatedArm64.Processors)
            {
                ChildProcess run = EmulatedArm64.Run(processor, Program.Value, blobFile, codesFile).AssertDone($"{one.Name} on {processor}");
                Dictionary<string, string[]> executors = ByExecutor(run.Out);
                CollectionAssert.AreEqual(OnArm64.Where(Executors.For(one.Model).Select(k => k.Name).Contains).ToArray(), executors.Keys.ToArray(), $"executors on {processor}");
                foreach ((string executor, string[] actual) in executors)
                    AssertSame(one.Expected, actual, $"{one.Name}, {executor} on {processor}");
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void AssertSame(string[] expected, string[] actual, string where)
    {
        Assert.HasCount(expected.Length, actual, where);
        for (int i = 0; i < expected.Length; i++)
            Assert.AreEqual(expected[i], actual[i], $"first difference of {where}");
    }

    private static Dictionary<string, string[]> ByExecutor(string output)
    {
        Dictionary<string, string[]> executors = [];
        foreach (string part in output.Split(Agreement.Program.ExecutorHeading, StringSplitOptions.RemoveEmptyEntries))
        {
            string[] lines = part.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            executors.Add(lines[0], lines[1..]);
        }

        return executors;
    }

    /// <summary>A frame of codes that jump between the extremes, as no photograph does: sums come closest to the ends of their lanes.</summary>
    private static byte[] Noise(InputFormat format)
    {
        Random random = new(1);
        int codeMax = format.Thresholds is null ? 255 : 1;
        byte[] codes = new byte[format.ByteCount()];
        for (int i = 0; i < codes.Length; i++)
            codes[i] = (byte)(random.Next(4) switch { 0 => 0, 1 => codeMax, _ => random.Next(codeMax + 1) });
        return codes;
    }
}
