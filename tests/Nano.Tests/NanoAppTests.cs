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

    /// <summary>boards/esp32.json has them too.</summary>
    [TestMethod]
    public void PinsAreThoseOfTheBoard()
    {
        NanoApp app = new();
        Barrel.Boards.BoardPins pins = Barrel.Boards.Boards.Find("esp32").Pins;
        foreach ((string name, int number) in new[] { ("Clear", pins.Clear.Number), ("Blocked", pins.Blocked.Number), ("Left", pins.Left.Number), ("Right", pins.Right.Number), ("Alive", pins.Alive.Number) })
            Assert.AreEqual(number, (int)app.Machine.Program.Type("Barrel.Nano.RoadPins").Fields.Single(f => f.Name == name).Constant, name);
    }

    [TestMethod]
    public void ItDecidesAndTakesAtMost80KilobytesOfHeap()
    {
        NanoApp app = new();
        app.Run(app.Flash, 3);
        TestContext.WriteLine($"{string.Join(" / ", app.Machine.Lines)}; peak {app.Machine.Memory.PeakBytes} bytes, all that was ever taken {app.Machine.Memory.TakenBytes}");
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
