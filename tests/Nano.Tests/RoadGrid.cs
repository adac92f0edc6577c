using Barrel.Compiler.Tests.Data;
using Barrel.Compiler.Tests.Commands;
using Barrel.Compiler.Tests.Import;
using Barrel.Runtime;
using static Barrel.Compiler.Tests.Import.OnnxWriter;

namespace Barrel.Nano.Tests;

/// <summary>
/// A network of the size of roadgrid: 64 x 48 grey pixels in, a grid of 16 x 12 cells out, each road or not. Its weights are random from a fixed seed: what it
/// answers means nothing, what it takes is what a trained one takes.
/// </summary>
internal static class RoadGrid
{
    public const int Width = 64;
    public const int Height = 48;

    private const string Card = """{"input": {"channels": "GRAY", "subtract": [128], "multiply": [0.0078125]}, "task": "segmentation", "classes": ["other", "road"], "road": "road"}""";

    private static readonly Lazy<Model> Compiled = new(Compile);

    public static Model Model => Compiled.Value;

    /// <summary>Writes the network and its card.</summary>
    public static string Write(TemporaryFolder folder)
    {
        folder.Text("Roadgrid.card.json", Card);
        return folder.Bytes("Roadgrid.onnx", Onnx());
    }

    /// <summary>Codes of a frame of noise and slopes.</summary>
    public static byte[] Frame(int seed)
    {
        Random random = new(seed);
        byte[] codes = new byte[Width * Height];
        for (int i = 0; i < codes.Length; i++)
            codes[i] = (byte)Math.Clamp((i / Width * 4) + (i % Width) + random.Next(-60, 60), 0, 255);
        return codes;
    }

    private static byte[] Onnx()
    {
        OnnxWriter writer = new(13, 1, 1, Height, Width);
        Layer(writer, "x", 1, 8, 3, 2);
        Layer(writer, "r1", 8, 16, 3, 2);
        Layer(writer, "r2", 16, 16, 3, 1);
        Layer(writer, "r3", 16, 16, 3, 1);
        Conv(writer, "r4", "y", 16, 2, 1, 1);
        return writer.File();
    }

    private static int _made;

    private static void Layer(OnnxWriter writer, string input, int channels, int rows, int kernel, int stride)
    {
        int number = 1 + (_made++ % 4);
        Conv(writer, input, $"c{number}", channels, rows, kernel, stride);
        writer.Node("Relu", [$"c{number}"], $"r{number}");
    }

    private static void Conv(OnnxWriter writer, string input, string output, int channels, int rows, int kernel, int stride)
    {
        int fanIn = channels * kernel * kernel;
        Random random = new(fanIn + rows);
        float scale = MathF.Sqrt(6f / fanIn);
        writer.Floats($"w_{output}", [rows, channels, kernel, kernel], [.. Enumerable.Range(0, rows * fanIn).Select(_ => ((random.NextSingle() * 2) - 1) * scale)])
            .Floats($"b_{output}", [rows], [.. Enumerable.Range(0, rows).Select(_ => (random.NextSingle() - 0.5f) * 0.2f)])
            .Node("Conv", [input, $"w_{output}", $"b_{output}"], output, Ints("strides", stride, stride), Ints("pads", kernel / 2, kernel / 2, kernel / 2, kernel / 2));
    }

    private static Model Compile()
    {
        using TemporaryFolder folder = new();
        string blob = folder["Roadgrid.barrel"];
        TestCommandLine done = TestCommandLine.Run("compile", Write(folder), "-o", blob, "--activation-bits", "4", "--adds-per-mac", "0.75");
        Assert.AreEqual(0, done.ExitCode, done.Error);
        Console.WriteLine(done.Out);
        return Model.Load(File.ReadAllBytes(blob), 1 << 20);
    }
}
