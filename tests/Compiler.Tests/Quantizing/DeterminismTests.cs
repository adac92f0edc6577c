using System.Diagnostics;
using Barrel.Compiler.Commands;
using Barrel.Compiler.Tests.Data;
using Barrel.Compiler.Tests.Import;
using static Barrel.Compiler.Tests.Import.OnnxWriter;

namespace Barrel.Compiler.Tests.Quantizing;

/// <summary>One network, one blob: the compiler's process is started with other threads and other vectors, and must write the same bytes.</summary>
[TestClass]
public class DeterminismTests
{
    private static readonly (string Name, string Value)[][] Machines =
    [
        [],
        [("DOTNET_PROCESSOR_COUNT", "1")],
        [("DOTNET_PROCESSOR_COUNT", "7")],
        [("DOTNET_EnableAVX2", "0")],
        [("DOTNET_PreferredVectorBitWidth", "128"), ("DOTNET_MaxVectorTBitWidth", "128")],
        [("DOTNET_MaxVectorTBitWidth", "512")],
        [("DOTNET_EnableHWIntrinsic", "0")],
    ];

    [TestMethod]
    public void ThreadsAndVectorsDoNotShow()
    {
        using TemporaryFolder folder = new();
        folder.Bytes("NET.onnx", new OnnxWriter(13, 1, 3, 24, 28)
            .Floats("w", [8, 3, 3, 3], Oracle.Random(216, 1))
            .Floats("v", [16, 8, 3, 3], Oracle.Random(1152, 2))
            .Floats("d", [16, 1, 3, 3], Oracle.Random(144, 3))
            .Floats("t", [16, 5, 2, 2], Oracle.Random(320, 4))
            .Node("Conv", ["x", "w"], "a", Ints("pads", 1, 1, 1, 1), Ints("strides", 2, 2))
            .Node("LeakyRelu", ["a"], "r", Float("alpha", 0.2f))
            .Node("Conv", ["r", "v"], "b", Ints("pads", 2, 2, 2, 2), Ints("dilations", 2, 2))
            .Node("Relu", ["b"], "s")
            .Node("Conv", ["s", "d"], "c", Ints("pads", 1, 1, 1, 1), Int("group", 16))
            .Node("Add", ["c", "s"], "e")
            .Node("ConvTranspose", ["e", "t"], "y", Ints("strides", 2, 2))
            .File());
        SameOnAll(folder, folder["NET.onnx"], Machines);
    }

    [TestMethod]
    public void OfARealNetworkToo()
    {
        using TemporaryFolder folder = new();
        SameOnAll(folder, SharedData.Model("resnet20_cifar10"), [Machines[1], Machines[2], Machines[4]]);
    }

    private static void SameOnAll(TemporaryFolder folder, string model, (string Name, string Value)[][] machines)
    {
        byte[]? first = null;
        for (int i = 0; i < machines.Length; i++)
        {
            string output = folder[$"{i}.barrel"];
            ProcessStartInfo start = new("dotnet", [typeof(Compile).Assembly.Location, "compile", model, "-o", output])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            foreach ((string name, string value) in machines[i])
                start.Environment[name] = value;
            using Process process = Process.Start(start)!;
            Task<string> errors = process.StandardError.ReadToEndAsync();
            process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            Assert.AreEqual(0, process.ExitCode, errors.Result);
            byte[] blob = File.ReadAllBytes(output);
            first ??= blob;
            CollectionAssert.AreEqual(first, blob, string.Join(' ', machines[i]));
        }
    }
}
