using System.Text.Json;
using Barrel.Arm64.Tests;
using Barrel.Boards;
using Barrel.Compiler.Tests;
using Barrel.Tests;

namespace Barrel.VirtualBoard.Tests;

/// <summary>The chip's driver talks to the chip's emulator as to silicon: through the kernel's /dev/spidev0.0 and System.Device.Spi.</summary>
[TestClass]
[TestCategory("arm64")]
public class ChipTests
{
    private const string BoardName = "tdnn-sram-65nm";
    private const string Device = "/dev/spidev0.0";
    private const string Emulate = $"barrel-host chip emulate --board {BoardName}";
    private const string Probe = "barrel-host chip probe --link spi:0.0 --json";
    private const string Load = "barrel-host chip load --link spi:0.0 --model /model.barrel --json";
    private const string Test = "barrel-host chip test --link spi:0.0 --model /model.barrel --json";

    [TestMethod]
    public void Small_network_runs_on_the_chip()
    {
        VirtualBoard.Require();
        const string longest = $"dd if=/dev/zero of={Device} bs=4096 count=1", tooLong = $"dd if=/dev/zero of={Device} bs=4097 count=1", test = $"{Test} --data /noise.idx3";
        const int count = 30, height = 10, width = 20;
        byte[] images = new byte[16 + (count * height * width)];
        new Random(1).NextBytes(images);
        ((byte[])[0, 0, 8, 3, 0, 0, 0, count, 0, 0, 0, height, 0, 0, 0, width]).CopyTo(images, 0);
        (_, _, byte[] onnx) = SmallNetworks.All().First(n => n.Name == "signs");
        BoardRun run = new VirtualBoard { Modules = ["cuse"] }
            .PutProgram(PublishedHost.Program)
            .Put("model.barrel", Placed(onnx, """{ "task": "classification", "input": { "channels": "GRAY", "subtract": [128], "binarize": true } }"""))
            .Put("noise.idx3", images)
            .Serve(Emulate, Device)
            .Do(Probe).Do(Load).Do(test).Do(longest).Do(tooLong).Do("barrel-host chip probe --link spi:0.1")
            .Run();

        BoardChip chip = Boards.Boards.Find(BoardName).Chip!;
        JsonElement probe = Json(run.AssertDone(Probe));
        Assert.AreEqual(chip.Kind, probe.GetProperty("kind").GetString());
        Assert.AreEqual(chip.Segments * chip.SegmentPes, probe.GetProperty("pes").GetInt32());
        Assert.AreEqual(0, probe.GetProperty("transferErrors").GetInt32());
        Assert.IsGreaterThan(70, Json(run.AssertDone(Load)).GetProperty("segmentsWritten").GetInt32());
        AssertEqual(Json(run.AssertDone(test)), count);
        run.AssertDone(longest);
        Assert.Contains("Message too long", run.AssertEnded(tooLong, 1).Error);
        Assert.StartsWith("error BRL", run.AssertEnded("barrel-host chip probe --link spi:0.1", 2).Error);
        run.AssertDone(Emulate);
    }

    /// <summary>As many as were measured on the chip of the paper.</summary>
    [TestMethod]
    public void Thousand_digits_come_out_as_computed()
    {
        VirtualBoard.Require();
        const string images = "t10k-images-idx3-ubyte.gz", labels = "t10k-labels-idx1-ubyte.gz", test = $"{Test} --data /mnist --limit 1000";
        string model = SharedData.Model("bnn_lfcW1A1_mnist"), data = SharedData.Require("mnist");
        BoardRun run = new VirtualBoard { Modules = ["cuse"] }
            .PutProgram(PublishedHost.Program)
            .Put("model.barrel", Placed(File.ReadAllBytes(model), File.ReadAllText(Path.ChangeExtension(model, ".card.json"))))
            .Put($"mnist/{images}", File.ReadAllBytes(Path.Combine(data, images)))
            .Put($"mnist/{labels}", File.ReadAllBytes(Path.Combine(data, labels)))
            .Serve(Emulate, Device)
            .Do(test, secondsMax: 1200)
            .Run();

        JsonElement result = Json(run.AssertDone(test));
        AssertEqual(result, vectors: 1000);
        Assert.AreEqual(98.3, result.GetProperty("top1").GetDouble(), 0.05);
    }

    /// <summary>What barrel compile makes of a network for the chip.</summary>
    private static byte[] Placed(byte[] onnx, string card)
    {
        string folder = Directory.CreateTempSubdirectory("barrel-placed-").FullName;
        try
        {
            File.WriteAllBytes(Path.Combine(folder, "model.onnx"), onnx);
            File.WriteAllText(Path.Combine(folder, "model.card.json"), card);
            string program = Path.Combine(AppContext.BaseDirectory, "barrel.dll");
            ChildProcess.Run("dotnet", [program, "compile", "model.onnx", "-o", "model.barrel", "--board", BoardName], folder, secondsMax: 120).AssertDone("barrel compile");
            return File.ReadAllBytes(Path.Combine(folder, "model.barrel"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void AssertEqual(JsonElement result, int vectors)
    {
        Assert.AreEqual(vectors, result.GetProperty("vectors").GetInt32());
        Assert.AreEqual(0, result.GetProperty("mismatches").GetInt32());
        Assert.AreEqual(0, result.GetProperty("transferErrors").GetInt32());
        foreach (JsonElement layer in result.GetProperty("layers").EnumerateArray())
            Assert.AreEqual(0, layer.GetProperty("differing").GetInt32(), layer.GetProperty("name").GetString());
    }

    private static JsonElement Json(StepResult step) => JsonDocument.Parse(step.Out).RootElement;
}
