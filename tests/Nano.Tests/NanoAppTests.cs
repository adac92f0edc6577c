using Barrel.Nano.Tests.Dialect;
using Barrel.Nano.Tests.Interpreter;

namespace Barrel.Nano.Tests;

/// <summary>The application on the interpreter: what it does when all is well, and what when it is not.</summary>
[TestClass]
public class NanoAppTests
{
    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public void TheApplicationIsInTheDialect() => DialectTests.AssertClean(NanoApp.Image);

    [TestMethod]
    public void ResourcesAreNumberedByTheirNames()
    {
        NanoApp app = new();
        Mono.Cecil.TypeDefinition names = app.Machine.Program.Type("Barrel.Nano.Resources/Binary");
        Assert.AreEqual(NanoApp.Model, (short)names.Fields.Single(f => f.Name == "Model").Constant);
        Assert.AreEqual(NanoApp.LastGoodModel, (short)names.Fields.Single(f => f.Name == "LastGoodModel").Constant);
    }

    /// <summary>Numbers and safe levels are those of the board's file, whatever its firmware is called; the whole program runs.</summary>
    [TestMethod]
    [DataRow("ESP32_REV0", "esp32")]
    [DataRow("ESP32_PSRAM_REV3", "esp32")]
    [DataRow("ESP32_S3_OCTAL", "esp32-s3")]
    [DataRow("ESP32_S3_QUAD", "esp32-s3")]
    public void PinsAreThoseOfTheBoard(string target, string name)
    {
        Barrel.Boards.Board board = Barrel.Boards.Boards.Find(name);
        Barrel.Boards.BoardPin[] pins = [board.Pins.Clear, board.Pins.Blocked, board.Pins.Left, board.Pins.Right, board.Pins.Alive];
        NanoApp app = new() { Target = target };
        CollectionAssert.AreEqual(
            (int[])[.. pins.Select(p => p.Number), board.Spi.ChipSelect],
            (int[])app.Machine.Call(app.Machine.Program.Method("Barrel.Nano.RoadPins", "NumbersOf"), Slot.Of(target)).Object!);
        app.RunProgram(1);
        CollectionAssert.AreEquivalent(pins.Select(p => p.Number).ToArray(), app.Levels.Keys.ToArray());
        Assert.HasCount(1, app.Machine.Lines);

        NanoApp safe = new() { Target = target };
        safe[NanoApp.Model] = safe[NanoApp.LastGoodModel] = [];
        safe.RunProgram(1);
        Assert.IsTrue(safe.IsRebooted);
        foreach (Barrel.Boards.BoardPin pin in pins)
            Assert.AreEqual(pin.SafeLevel, safe.Levels[pin.Number], $"{target} {pin.Number}");
    }

    /// <summary>Pins of another chip may be those of its flash.</summary>
    [TestMethod]
    public void UnknownFirmwareDrivesNoPin()
    {
        NanoApp app = new() { Target = "ESP32_C3" };
        app.RunProgram(1);
        Assert.IsEmpty(app.Levels);
        Assert.AreEqual("error: no pins are known for ESP32_C3; RoadPins.cs takes them", app.Machine.Lines.Single());
    }

    [TestMethod]
    public void AModelInTheFileSystemIsTakenFirst()
    {
        NanoApp app = new() { File = RoadGrid.Model.Blob };
        app[NanoApp.Model] = app[NanoApp.LastGoodModel] = [];
        app.RunProgram(1);
        Assert.HasCount(1, app.Machine.Lines);
        Assert.StartsWith("arena ", app.Machine.Lines[0]);
        Assert.IsGreaterThan((long)RoadGrid.Model.BlobLength, app.FileBytesRead, "once for the checksum, and again for what it says");
        Assert.IsLessThanOrEqualTo(80 * 1024L, app.Machine.Memory.PeakBytes);
    }

    /// <summary>A changed bit anywhere, a cut file, an empty one: the resource runs as before.</summary>
    [TestMethod]
    [DataRow(1000, int.MaxValue)]
    [DataRow(9, int.MaxValue)]
    [DataRow(-1, 2000)]
    [DataRow(-1, 3)]
    [DataRow(-1, 0)]
    public void ACorruptFileIsRefusedAndTheResourceTaken(int changed, int length)
    {
        byte[] corrupt = [.. RoadGrid.Model.Blob.Take(length)];
        if (changed >= 0)
            corrupt[changed] ^= 4;
        NanoApp app = new() { File = corrupt };
        app.RunProgram(1);
        Assert.HasCount(2, app.Machine.Lines);
        Assert.StartsWith("model 0 refused, ", app.Machine.Lines[0]);
        Assert.StartsWith("arena ", app.Machine.Lines[1]);
        Assert.IsFalse(app.IsRebooted);
    }

    [TestMethod]
    public void AFileThatCannotBeOpenedIsPassedBy()
    {
        NanoApp app = new() { File = RoadGrid.Model.Blob };
        app.Device("System.IO.FileStream::.ctor/3", _ => throw app.Machine.Thrown("System.IO.IOException"));
        app.RunProgram(1);
        Assert.StartsWith("model I:\\road.barrel cannot be opened", app.Machine.Lines[0]);
        Assert.StartsWith("arena ", app.Machine.Lines[1]);
    }

    /// <summary>A device that is slow in two frames is waited for; one that does not come back is not.</summary>
    [TestMethod]
    public void ALoopThatStallsIsRestartedByTheWatchdog()
    {
        NanoApp app = new();
        Func<Slot[], Slot> toggle = app.Machine.Devices["System.Device.Gpio.GpioPin::Toggle/0"];
        int frames = 0;
        app.Device("System.Device.Gpio.GpioPin::Toggle/0", a =>
        {
            frames++;
            app.RunWatchdog(20_000);
            if (frames == 3)
                app.RunWatchdog(20_000);
            return toggle(a);
        });
        app.Run(app.Flash, -1);
        Assert.AreEqual("error: the loop stalls for 30000 ms; restart by watchdog", app.Machine.Lines[^1]);
        Assert.HasCount(2, app.Machine.Lines);
        Assert.IsTrue(app.IsRebooted && app.IsSafe);
        Assert.AreEqual(3, frames);
    }

    [TestMethod]
    public void ItDecidesAndTakesAtMost80KilobytesOfHeap()
    {
        NanoApp app = new();
        app.Run(app.Flash, 3);
        TestContext.WriteLine($"{string.Join(" / ", app.Machine.Lines)}; peak {app.Machine.Memory.PeakBytes} bytes, all that was ever taken {app.Machine.Memory.TakenBytes}, {app.Machine.Count} instructions");
        Assert.IsFalse(app.IsRebooted);
        Assert.HasCount(1, app.Machine.Lines);
        Assert.StartsWith("arena ", app.Machine.Lines[0]);
        Assert.IsLessThanOrEqualTo(80 * 1024L, app.Machine.Memory.PeakBytes);
    }

    /// <summary>One frame, then nothing: safe pins and a line after a second, a restart after ten.</summary>
    [TestMethod]
    public void ACameraThatStopsMakesPinsSafeAndRestarts()
    {
        NanoApp app = new();
        app.Run(() => app.Serial([9, 9, .. SerialFrame()]), -1);
        CollectionAssert.AreEqual(new[] { "camera: no frame for 1000 ms; pins are safe", "error: camera gone" }, app.Machine.Lines.Skip(1).ToArray());
        Assert.IsTrue(app.IsRebooted);
        Assert.IsTrue(app.IsSafe);
    }

    /// <summary>Noise on the line is no camera either.</summary>
    [TestMethod]
    [DataRow(0x55)]
    [DataRow(0x42)]
    public void ALineThatNeverFallsSilentMakesPinsSafeAndRestarts(int noise)
    {
        NanoApp app = new();
        app.Run(() => app.Serial((byte)noise, 20_000), -1);
        CollectionAssert.AreEqual(new[] { "camera: no frame for 1000 ms; pins are safe", "error: camera gone" }, app.Machine.Lines.Skip(1).ToArray());
        Assert.IsTrue(app.IsRebooted);
        Assert.IsTrue(app.IsSafe);
    }

    /// <summary>Two captures, since only the first burst of each has a byte to pass by. Grey is 5/16 red, 9/16 green, 2/16 blue.</summary>
    [TestMethod]
    public void AnSpiCameraGivesItsRowsWhereTheyBelong()
    {
        NanoApp app = new();
        FakeSpiCamera module = new();
        Slot camera = app.Camera(module);
        byte[] pixels = new byte[FakeSpiCamera.Side * FakeSpiCamera.Side];
        for (int capture = 0; capture < 2; capture++)
        {
            new Random(capture).NextBytes(module.Frame);
            Assert.IsTrue(Read(app, camera, pixels));
            for (int i = 0; i < pixels.Length; i++)
            {
                int colour = (module.Frame[2 * i] << 8) | module.Frame[(2 * i) + 1];
                double grey = ((5 * (colour >> 11) / 31.0) + (9 * ((colour >> 5) & 63) / 63.0) + (2 * (colour & 31) / 31.0)) * 255 / 16;
                Assert.AreEqual(grey, pixels[i], 2, $"capture {capture}, row {i / FakeSpiCamera.Side}");
            }
        }
    }

    [TestMethod]
    public void AnSpiCameraThatIsGoneOrStuckGivesNoFrame()
    {
        NanoApp app = new();
        FakeSpiCamera module = new();
        Slot camera = app.Camera(module);
        byte[] pixels = new byte[FakeSpiCamera.Side * FakeSpiCamera.Side];
        module.IsStuck = true;
        Assert.IsFalse(Read(app, camera, pixels));
        module.IsAbsent = true;
        Assert.IsFalse(Read(app, camera, pixels), "a bus of ones is no capture");
        Assert.Contains("does not answer", Assert.ThrowsExactly<ThrownException>(() => app.Camera(module)).Message);
    }

    /// <summary>A resource of fewer bytes than a header has.</summary>
    [TestMethod]
    public void AModelWithoutAHeaderIsRefusedAndTheLastGoodOneTaken()
    {
        NanoApp app = new();
        app[NanoApp.Model] = [1, 2, 3];
        app.Run(app.Flash, 1);
        Assert.StartsWith("model 0 refused, ", app.Machine.Lines[0]);
        Assert.StartsWith("arena ", app.Machine.Lines[1]);
        Assert.IsFalse(app.IsRebooted);
    }

    [TestMethod]
    public void ADamagedFrameIsPassedBy()
    {
        NanoApp app = new();
        byte[] damaged = SerialFrame();
        damaged[100] ^= 1;
        app.Run(() => app.Serial([.. damaged, .. SerialFrame()]), 1);
        Assert.HasCount(1, app.Machine.Lines, "the second frame was taken");
    }

    [TestMethod]
    [DataRow(40)]
    [DataRow(9)]
    [DataRow(0)]
    public void ACorruptModelIsRefusedAndTheLastGoodOneTaken(int at)
    {
        NanoApp app = new();
        byte[] corrupt = [.. RoadGrid.Model.Blob];
        corrupt[at] ^= 4;
        app[NanoApp.Model] = corrupt;
        app.Run(app.Flash, 1);
        Assert.StartsWith("model 0 refused, ", app.Machine.Lines[0]);
        Assert.StartsWith("arena ", app.Machine.Lines[1]);
        Assert.IsFalse(app.IsRebooted);
    }

    [TestMethod]
    public void NoGoodModelAtAllRestarts()
    {
        NanoApp app = new();
        byte[] corrupt = [.. RoadGrid.Model.Blob];
        corrupt[40] ^= 4;
        app[NanoApp.Model] = app[NanoApp.LastGoodModel] = corrupt;
        app.Run(app.Flash, 1);
        Assert.StartsWith("error BRL3004: ", app.Machine.Lines[^1]);
        Assert.IsTrue(app.IsRebooted && app.IsSafe);
    }

    [TestMethod]
    public void LowMemoryMakesPinsSafeAndRestarts()
    {
        NanoApp app = new();
        app.Machine.Memory.RoomBytes = 18_000;
        app.Run(app.Flash, 1);
        Assert.AreEqual("error: out of memory", app.Machine.Lines[^1]);
        Assert.IsTrue(app.IsRebooted && app.IsSafe);
    }

    private static bool Read(NanoApp app, Slot camera, byte[] pixels) =>
        app.Machine.Call(app.Machine.Program.Method("Barrel.Nano.SpiCameraFrames", "TryRead"), camera, Slot.Of(pixels), Slot.Of(1000)).Int != 0;

    /// <summary>Head, grey, size, pixels, sum.</summary>
    private static byte[] SerialFrame()
    {
        byte[] pixels = RoadGrid.Frame(1);
        int sum = pixels.Sum(p => p);
        return [0x42, 0x46, 0, RoadGrid.Width, RoadGrid.Height, .. pixels, (byte)sum, (byte)(sum >> 8)];
    }
}
