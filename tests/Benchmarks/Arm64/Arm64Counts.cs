using Barrel.Benchmarks.Records;
using Barrel.Compiler.Cards;
using Barrel.Compiler.Peers;
using Barrel.Compiler.Peers.Int8;

namespace Barrel.Benchmarks.Arm64;

/// <summary>Instructions that a frame takes on arm64, ours and ONNX Runtime's in float and in 8 bits.</summary>
internal static class Arm64Counts
{
    private const string Executor = "vector128";

    /// <summary>Channel-wise operators in bytes take more instructions there than in floats; which bytes take fewer differs by processor and network.</summary>
    private static readonly Int8Form[] s_forms = [Int8Form.Arm64, Int8Form.Arm64Dot];

    public static void Record(ResultPlaces places)
    {
        string guest = CountingEmulator.Publish(Path.Combine(places.Root, "tests", "Guest", "Barrel.Guest.csproj"), Path.Combine(places.Scratch, "guest"));
        using var emulator = new CountingEmulator(Path.Combine(places.Root, "tests", "Benchmarks", "Arm64"), guest);
        List<string> lines =
        [
            $"Millions of arm64 instructions for one frame, counted under qemu-user; one thread, `{Executor}`, NativeAOT. Each 8-bit figure is that of the cheaper of "
            + "two forms, unsigned and signed bytes.", "",
            .. ResultFile.Heading("network", "processor", "Barrel", "ONNX Runtime float", "ONNX Runtime 8 bits", "Barrel / float", "Barrel / 8 bits", "dot products in 8 bits"),
        ];
        foreach (MeasuredNetwork network in MeasuredNetwork.All)
        {
            Console.Error.WriteLine($"compiling {network.Model}");
            string path = network.OnnxIn(places.Data);
            (byte[] blob, List<byte[]> frames) = network.Compile(places.Data);
            ModelCard card = ModelCard.For(path, null);
            (byte[] file, _) = FakeQuantization.Strip(File.ReadAllBytes(path));
            byte[][] inBytes = [.. s_forms.Select(form => Int8Network.Of(path, file, card, frames, form).File)];
            using var exact = new OnnxRuntimeNetwork(path, file, card);
            float[] values = new float[frames[0].Length];
            exact.Values.Fill(frames[0], values);
            foreach (Arm64Processor processor in Arm64Processor.All)
            {
                Console.Error.WriteLine($"{network.Model} on {processor.Name}");
                long ours = emulator.Barrel(processor, blob, frames[0], Executor).Instructions;
                long floats = emulator.OnnxRuntime(processor, file, values, exact.InputShape).Instructions;
                GuestCount bytes = inBytes.Select(f => emulator.OnnxRuntime(processor, f, values, exact.InputShape)).MinBy(c => c.Instructions)!;
                if (processor.HasDots != bytes.Dots > 0)
                    throw new InvalidOperationException($"{bytes.Dots} dot products on {processor.Name}: ONNX Runtime did not take it for what it is");
                lines.Add(ResultFile.Row(
                    $"{network.Model}, `{network.Options}`", processor.Name, Millions(ours), Millions(floats), Millions(bytes.Instructions),
                    ResultFile.Number((double)ours / floats, "F2"), ResultFile.Number((double)ours / bytes.Instructions, "F2"), Millions(bytes.Dots)));
            }
        }

        ResultFile.Write(places.Results, "arm64.md", "Instructions on arm64", "arm64", lines);
    }

    private static string Millions(long count) => ResultFile.Number(count / 1e6, "F1");
}
