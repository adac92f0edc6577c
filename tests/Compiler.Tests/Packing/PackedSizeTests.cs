using System.Diagnostics;
using System.Text;
using Barrel.Compiler.Benching;
using Barrel.Compiler.Tests.Commands;
using Barrel.Compiler.Tests.Data;
using Barrel.Runtime;

namespace Barrel.Compiler.Tests.Packing;

/// <summary>
/// How small blobs are: beside their float networks, and beside zstd -19 of the same taps in the two forms that suit it best: a byte for each weight, and
/// gap-coded runs of one exponent and sign. zstd gets the taps of all layers as one file, without anything else of the blob; the blob counts whole.
/// </summary>
[TestClass]
public class PackedSizeTests
{
    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public void TheEmbeddedNetworkBeatsZstd()
    {
        string path = EmbeddedNetworkTests.Find("road.barrel");
        Report("road", File.ReadAllBytes(path), new FileInfo(EmbeddedNetworkTests.Find("road.onnx")).Length, 14.5);
    }

    [TestMethod]
    [DataRow("0.75", 10.5)]
    [DataRow("0.5", 16.0, "--blob-bytes")]
    public void EspnetBeatsZstd(string addsPerMac, double timesSmaller, string? limit = null)
    {
        string onnx = SharedData.Model("espnet_camvid_240x320");
        string frames = SharedData.Require("camvid_240x180", "train", "images");
        using TemporaryFolder folder = new();
        string[] limited = limit is null ? [] : [limit, $"{(int)(new FileInfo(onnx).Length / timesSmaller) - 1}"];
        TestCommandLine run = TestCommandLine.Run(["compile", onnx, "-o", folder["e.barrel"], "--calibrate", frames, "--adds-per-mac", addsPerMac, .. limited]);
        Assert.AreEqual(0, run.ExitCode, run.Error);
        Report("espnet " + addsPerMac, File.ReadAllBytes(folder["e.barrel"]), new FileInfo(onnx).Length, timesSmaller);
    }

    private void Report(string name, byte[] blob, long onnxBytes, double timesSmaller)
    {
        Model model = Model.Load(blob, 1 << 30);
        TestContext.WriteLine($"{name}: blob {blob.Length} bytes, ONNX {onnxBytes}, {(double)onnxBytes / blob.Length:F2} times; loads in {LoadTime.Of(blob).LoadMs:F1} ms");
        Assert.IsGreaterThan(timesSmaller, (double)onnxBytes / blob.Length, "times smaller than the float network");
        if (!Tool.IsInstalled("zstd"))
            Assert.Inconclusive("zstd is not installed");
        (byte[] weights, byte[] gaps) = Plain(model);
        long ofWeights = Tool.PipedBytes("zstd", ["-19", "-c"], weights);
        long ofGaps = Tool.PipedBytes("zstd", ["-19", "-c"], gaps);
        TestContext.WriteLine($"{name}: zstd -19 of a byte a weight ({weights.Length} bytes) {ofWeights}, of gap-coded runs ({gaps.Length} bytes) {ofGaps}");
        Assert.IsLessThan(Math.Min(ofWeights, ofGaps), blob.Length, "the whole blob against zstd of its taps alone");
    }

    /// <summary>
    /// The taps of all layers in two forms. A weight is the number of its terms' pattern among all patterns of the network, one byte where they are so few; a
    /// run is a byte exponent·2 + sign, a count, and gaps between indices as varints.
    /// </summary>
    private static (byte[] Weights, byte[] Gaps) Plain(Model model)
    {
        Dictionary<string, int> patterns = new() { [""] = 0 };
        List<int> weights = [];
        List<byte> gaps = [];
        foreach (TapLayer layer in model.Layers.OfType<TapLayer>())
        {
            TapReader reader = new(model, layer);
            int fanIn = layer.InputChannels / layer.Groups * layer.KernelHeight * layer.KernelWidth;
            for (int row = 0; row < layer.Rows; row++)
            {
                StringBuilder[] terms = [.. Enumerable.Range(0, fanIn).Select(_ => new StringBuilder())];
                int runs = reader.BeginRow();
                Varint(gaps, runs);
                for (; runs > 0; runs--)
                {
                    int count = reader.BeginRun();
                    char head = (char)((reader.Exponent * 2) + (reader.Negative ? 1 : 0));
                    gaps.Add((byte)head);
                    Varint(gaps, count);
                    for (int last = -1; count > 0; count--)
                    {
                        int index = reader.NextTap();
                        Varint(gaps, index - last - 1);
                        last = index;
                        terms[index].Append(head);
                    }
                }

                foreach (StringBuilder pattern in terms)
                {
                    if (!patterns.TryGetValue(pattern.ToString(), out int number))
                        patterns.Add(pattern.ToString(), number = patterns.Count);
                    weights.Add(number);
                }
            }
        }

        // Beyond a byte, the number takes 255 for each 255 of it, so that frequent patterns, which come early, keep one byte.
        return ([.. weights.SelectMany(w => Enumerable.Repeat((byte)255, w / 255).Append((byte)(w % 255)))], [.. gaps]);
    }

    private static void Varint(List<byte> bytes, int value)
    {
        for (; value >= 128; value >>= 7)
            bytes.Add((byte)(value | 128));
        bytes.Add((byte)value);
    }

    /// <summary>A program that reads its input and writes its output.</summary>
    private static class Tool
    {
        public static bool IsInstalled(string program) =>
            (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, program)));

        /// <summary>Bytes that it writes for these.</summary>
        public static long PipedBytes(string program, string[] arguments, byte[] input)
        {
            using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
            using MemoryStream output = new();
            Task copy = process.StandardOutput.BaseStream.CopyToAsync(output);
            process.StandardInput.BaseStream.Write(input);
            process.StandardInput.Close();
            copy.Wait();
            process.WaitForExit();
            Assert.AreEqual(0, process.ExitCode, program);
            return output.Length;
        }
    }
}
