using Barrel.Benchmarks.Arm64;
using Barrel.Compiler.Cards;
using Barrel.Compiler.Data;
using Barrel.Compiler.Import;
using Barrel.Runtime;
using Barrel.Tests;

namespace Barrel.Arm64.Tests;

/// <summary>
/// What a frame costs on arm64, in instructions that are counted and not timed. Slower code that is still correct shows here, as does a processor on which
/// another path is taken.
/// </summary>
[TestClass]
[TestCategory("arm64")]
public class InstructionCountTests
{
    private const string Executor = "vector128";

    /// <summary>Instructions for an add of the network, write-out and all: 0.24 as measured, and a tenth more.</summary>
    private const double InstructionsPerAddMax = 0.27;

    private static readonly Lazy<CountingEmulator> Emulator = new(Start);

    [ClassCleanup]
    public static void Stop()
    {
        if (Emulator.IsValueCreated)
            Emulator.Value.Dispose();
    }

    [TestMethod]
    public void BuiltInNetwork()
    {
        Require();
        byte[] blob = File.ReadAllBytes(Repository.FullPath("firmware-host/Models/road.barrel"));
        Model model = Model.Load(blob, int.MaxValue);
        byte[] codes = Frame(model.Input);
        long adds = Compiler.Reports.ModelCosts.Of(model).Sum(l => l.Adds);
        GuestCount[] counts = [.. Arm64Processor.All.Select(p => Emulator.Value.Barrel(p, blob, codes, Executor))];
        string here = Checksum(model, codes);
        foreach (GuestCount count in counts)
        {
            Assert.AreEqual(here, count.Output, "what was counted is not the inference");
            Assert.IsLessThan(InstructionsPerAddMax, (double)count.Instructions / adds, $"{count.Instructions} instructions for {adds} adds");
            Assert.AreEqual(0, count.Dots, "we multiply");
        }

        Assert.AreEqual(counts[0].Instructions, Emulator.Value.Barrel(Arm64Processor.All[0], blob, codes, Executor).Instructions, "counts are exact");
        GuestCount plain = Emulator.Value.Barrel(Arm64Processor.All[0], blob, codes, SwarExecutor.ExecutorName);
        Assert.IsGreaterThan(counts[0].Instructions, plain.Instructions, "vectors take no fewer instructions than the plain executor");
    }

    /// <summary>The peer is counted as what it is: with dot products where the processor has them.</summary>
    [TestMethod]
    public void PeerInEightBits()
    {
        Require();
        string file = Repository.FullPath("firmware-host/Models/road.onnx");
        ModelCard card = ModelCard.For(file, null);
        InputFormat format = Compiler.NetworkCompiler.InputFormatOf(OnnxImporter.ImportFile(file), card);
        (byte[] stripped, _) = Compiler.Peers.FakeQuantization.Strip(File.ReadAllBytes(file));
        byte[] inBytes = Compiler.Peers.Int8.Int8Network.Of("road", stripped, card, [Frame(format)], Compiler.Peers.Int8.Int8Form.Arm64Dot).File;
        float[] values = new float[format.ByteCount()];
        new CodeValues(card.Input, format).Fill(Frame(format), values);
        foreach (Arm64Processor processor in Arm64Processor.All)
        {
            GuestCount count = Emulator.Value.OnnxRuntime(processor, inBytes, values, [1, format.Channels, format.Height, format.Width]);
            Assert.AreEqual(processor.HasDots, count.Dots > 0, $"{count.Dots} dot products on {processor.Name}");
        }
    }

    private static void Require()
    {
        if (CountingEmulator.Missing() is string missing)
            Assert.Inconclusive(missing);
    }

    private static CountingEmulator Start()
    {
        string guest = CountingEmulator.Publish(Repository.FullPath("tests/Guest/Barrel.Guest.csproj"), Path.Combine(AppContext.BaseDirectory, "linux-arm64", "guest"));
        return new CountingEmulator(Repository.FullPath("tests/Benchmarks/Arm64"), guest);
    }

    private static byte[] Frame(InputFormat format) => CalibrationFrames.Load(null, format, TextWriter.Null, 1)[0];

    private static string Checksum(Model model, byte[] codes)
    {
        Executor executor = Executors.Create(model, SwarExecutor.ExecutorName);
        codes.CopyTo(executor.Arena, executor.InputOffset);
        executor.Run();
        TensorInfo output = model.Tensors[model.OutputTensors[0]];
        return Guest.Program.Checksum(executor.Arena.AsSpan(output.ArenaOffset, output.ByteCount()));
    }
}
