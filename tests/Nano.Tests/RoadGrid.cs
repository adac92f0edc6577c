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

    public const string File = "Roadgrid.onnx";

    /// <summary>How it is compiled.</summary>
    public const string Setting = "--activation-bits 4 --adds-per-mac 0.75";

    private const string Card = """{"input": {"channels": "GRAY", "subtract": [128], "multiply": [0.0078125]}, "task": "segmentation", "classes": ["other", "road"], "road": "road"}""";

    private static readonly Lazy<Model> Compiled = new(Compile);

    public static Model Model => Compiled.Value;

    /// <summary>Writes the network and its card.</summary>
    public static string Write(TemporaryFolder folder)
    {
        folder.Text("Roadgrid.card.json", Card);
        return folder.Bytes(File, Onnx());
    }

    /// <summary>Writes a network of one layer that is too large for a small board.</summary>
    public static void WriteLarge(TemporaryFolder folder, int width, int height, int channels)
    {
        OnnxWriter writer = new(13, 1, 1, height, width);
        Conv(writer, "x", "c1", 1, channels, 3, 1);
        folder.Bytes("Large.onnx", writer.File());
        folder.Text("Large.card.json", """{"input": {"channels": "GRAY"}}""");
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
        (int Channels, int Rows, int Stride)[] layers = [(1, 8, 2), (8, 16, 2), (16, 16, 1), (16, 16, 1)];
        for (int i = 0; i < layers.Length; i++)
        {
            Conv(writer, i == 0 ? "x" : $"r{i}", $"c{i + 1}", layers[i].Channels, layers[i].Rows, 3, layers[i].Stride);
            writer.Node("Relu", [$"c{i + 1}"], $"r{i + 1}");
        }

        Conv(writer, $"r{layers.Length}", "y", 16, 2, 1, 1);
        return writer.File();
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
        Write(folder);
        TestCommandLine done = TestCommandLine.RunIn(folder, $"compile {File} -o Roadgrid.barrel {Setting}");
        Assert.AreEqual(0, done.ExitCode, done.Error);
        return Model.Load(System.IO.File.ReadAllBytes(folder["Roadgrid.barrel"]), 1 << 20);
    }
}
