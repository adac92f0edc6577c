using System.Device.Spi;
using Barrel.Boards;
using Barrel.ChipEmulator;
using Barrel.Compiler.Emitting;
using Barrel.Compiler.Placing;
using Barrel.Host.Chip;
using Barrel.Nano.Tests.Interpreter;
using Barrel.Runtime;
using Barrel.Runtime.Tests.Models;

namespace Barrel.Nano.Tests;

/// <summary>Binarized layers on an emulated TDNN chip, driven by the application on nanoFramework's interpreter.</summary>
[TestClass]
public class NanoChipTests
{
    private const int Width = 16;
    private const int Height = 12;
    private const int Frames = 3;

    /// <summary>A transfer when pins have been told a decision.</summary>
    private const int FailsAt = 2000;

    private static readonly BoardChip Chip = Boards.Boards.Find("tdnn-sram-65nm").Chip!;

    private static readonly Model Placed = PlacedBlob.Of(Binarized(), Boards.Boards.Find("tdnn-sram-65nm"), null).Model;

    public TestContext TestContext { get; set; } = null!;

    /// <summary>Every byte on the wire is the one that the .NET host sends, and every code the one that it makes.</summary>
    [TestMethod]
    public void ItSendsAndMakesWhatTheDotNetHostDoes()
    {
        NanoApp app = App();
        Wire ours = new(new EmulatedSpiDevice(new EmulatedChip(Chip)));
        app.Run(() => Flash(app), Frames, () => Link(app, ours));
        TestContext.WriteLine($"{string.Join(" / ", app.Machine.Lines)}; peak {app.Machine.Memory.PeakBytes} bytes, {ours.Sent.Count} transfers");
        Assert.HasCount(3, app.Machine.Lines, string.Join(" / ", app.Machine.Lines));
        Assert.StartsWith("generated layers are of another model", app.Machine.Lines[0]);
        Assert.AreEqual("chip of 512 segments, 1 pass", app.Machine.Lines[1]);
        Assert.IsLessThanOrEqualTo(80 * 1024L, app.Machine.Memory.PeakBytes);
        long said = new NanoLimits(Boards.Boards.Find("tdnn-sram-65nm"), Placed, new NetworkSource(Placed)).TakenBytes;
        TestContext.WriteLine($"said {said}");
        Assert.IsLessThanOrEqualTo(said, app.Machine.Memory.PeakBytes);

        Wire theirs = new(new EmulatedSpiDevice(new EmulatedChip(Chip)));
        TdnnChip greeted = Barrel.Host.Chip.SpiLink.Greet(theirs, Chip);
        greeted.SelfTest();
        using ChipExecutor host = new(Executors.Create(Placed), new ChipProgram(greeted, Placed.Placement!, null), null);
        host.Load();
        for (int i = 0; i < Frames; i++)
        {
            Frame().CopyTo(host.Arena, host.InputOffset);
            host.Run();
        }

        Assert.HasCount(theirs.Sent.Count, ours.Sent);
        for (int i = 0; i < ours.Sent.Count; i++)
            CollectionAssert.AreEqual(theirs.Sent[i], ours.Sent[i], $"transfer {i}");
        CollectionAssert.AreEqual(CodesOf(host.Arena), CodesOf(Arena(app)));
        AssertIsAsInSoftware(app);
    }

    /// <summary>Lines that are disturbed and a chip that is reset while it runs change no code.</summary>
    [TestMethod]
    [DataRow(0, 0.02, 0.02, -1)]
    [DataRow(2e-5, 0, 0, -1)]
    [DataRow(0, 0, 0, 100)]
    public void DisturbedLinesAndResetsChangeNothing(double bitErrors, double drops, double repeats, int resetAt)
    {
        NanoApp app = App();
        Wire wire = new(Faulty(new LinkFaults { BitErrorRate = bitErrors, DropRate = drops, RepeatRate = repeats, ResetAtTransfer = resetAt, Seed = 5 }));
        app.Run(() => Flash(app), Frames, () => Link(app, wire));
        Assert.IsFalse(app.IsRebooted, string.Join(" / ", app.Machine.Lines));
        AssertIsAsInSoftware(app);
        Wire quiet = new(new EmulatedSpiDevice(new EmulatedChip(Chip)));
        NanoApp calm = App();
        calm.Run(() => Flash(calm), Frames, () => Link(calm, quiet));
        Assert.IsGreaterThan(quiet.Sent.Count, wire.Sent.Count, "nothing went wrong");
    }

    /// <summary>Gone, hanging, damaged, refusing, another chip: pins are safe, one line says which, and the board starts anew.</summary>
    [TestMethod]
    [DataRow("unplugged at the start", ChipErrors.NoAnswer)]
    [DataRow("unplugged", ChipErrors.NoAnswer)]
    [DataRow("hangs", ChipErrors.Hangs)]
    [DataRow("damaged", ChipErrors.Damaged)]
    [DataRow("device", ChipErrors.NoAnswer)]
    [DataRow("reset", ChipErrors.Resets)]
    [DataRow("other", ChipErrors.WrongChip)]
    public void AChipThatFailsMakesPinsSafeAndRestarts(string how, int code)
    {
        NanoApp app = App();
        Wire wire = new(how switch
        {
            "unplugged at the start" => Faulty(new LinkFaults { UnplugAtTransfer = 0 }),
            "unplugged" => Faulty(new LinkFaults { UnplugAtTransfer = FailsAt }),
            "hangs" => Faulty(new LinkFaults { HangAtTransfer = FailsAt }),
            "other" => new EmulatedSpiDevice(new EmulatedChip(Boards.Boards.Find("tdnn-reram-blueprint").Chip!)),
            _ => Faulty(new LinkFaults()),
        });
        wire.SpoilsFrom = how == "damaged" ? FailsAt : int.MaxValue;
        wire.Fails = how == "device" ? FailsAt : int.MaxValue;
        wire.ResetsFrom = how == "reset" ? FailsAt : int.MaxValue;
        bool isDecided = false;
        wire.Before = at => isDecided |= at == FailsAt - 1 && !app.IsSafe;
        app.Run(() => Flash(app), 12, () => Link(app, wire));
        TestContext.WriteLine(string.Join(" / ", app.Machine.Lines));
        Assert.StartsWith($"error BRL{code}: ", app.Machine.Lines[^1]);
        Assert.HasCount(1, app.Machine.Lines.Where(l => l.StartsWith("error", StringComparison.Ordinal)));
        Assert.AreEqual(how is not "unplugged at the start" and not "other", isDecided, "pins told a decision before");
        Assert.IsTrue(app.IsRebooted && app.IsSafe);
        Assert.IsLessThan(1000, app.ClockMs, "it was given up in time");
    }

    /// <summary>Nobody would record how often its cells were programmed.</summary>
    [TestMethod]
    public void AReramChipIsRefused()
    {
        NanoApp app = new();
        app[NanoApp.Model] = PlacedBlob.Of(Binarized(), Boards.Boards.Find("tdnn-reram-blueprint"), null).Model.Blob;
        Wire wire = new(new EmulatedSpiDevice(new EmulatedChip(Boards.Boards.Find("tdnn-reram-blueprint").Chip!)));
        app.Run(() => Flash(app), 1, () => Link(app, wire));
        Assert.StartsWith($"error BRL{ChipErrors.WearNotAllowed}: ", app.Machine.Lines[^1]);
        Assert.IsEmpty(wire.Sent);
    }

    [TestMethod]
    public void AModelThatIsNotPlacedRunsInSoftware()
    {
        NanoApp app = new();
        Wire wire = new(new EmulatedSpiDevice(new EmulatedChip(Chip)));
        app.Run(app.Flash, 1, () => Link(app, wire));
        Assert.AreEqual("the model has no layer on a chip; all run in software", app.Machine.Lines[0]);
        Assert.IsFalse(app.IsRebooted);
        Assert.IsEmpty(wire.Sent);
    }

    private static NanoApp App()
    {
        NanoApp app = new();
        app[NanoApp.Model] = Placed.Blob;
        return app;
    }

    private static EmulatedSpiDevice Faulty(LinkFaults faults) => new(new EmulatedChip(Chip)) { LinkFaults = faults };

    private static Slot Flash(NanoApp app) => app.Machine.New("Barrel.Nano.FlashFrames", Slot.Of(Frame()), Slot.Of(Width), Slot.Of(Height));

    /// <summary>nanoFramework's SPI device, whose transfers go to the wire.</summary>
    private static Slot Link(NanoApp app, Wire wire)
    {
        app.Device("System.Device.Spi.SpiDevice::Dispose/0", _ => default);
        app.Device("System.Device.Spi.SpiDevice::TransferFullDuplex/2", a =>
        {
            Span<byte> sent = BytesOf(a[1]), received = BytesOf(a[2]);
            try
            {
                wire.TransferFullDuplex(sent, received);
            }
            catch (IOException)
            {
                throw app.Machine.Thrown("System.IO.IOException");
            }

            return default;
        });
        Slot limits = Slot.Of(app.Machine.Allocate(app.Machine.Program.Type("Barrel.Host.Chip.LinkLimits")));
        Instance fields = (Instance)limits.Object!;
        foreach ((string name, int value) in new[] { ("TransferBytesMax", Chip.TransferBytesMax), ("Retries", Chip.Retries), ("TimeoutMs", Chip.TimeoutMs) })
            fields.Fields[Array.FindIndex(app.Machine.Program.FieldsOf(fields.Type), f => f.Name == name)] = Slot.Of(value);
        Slot device = Slot.Of(app.Machine.Allocate(app.Machine.Program.Type("System.Device.Spi.SpiDevice")));
        return app.Machine.New("Barrel.Nano.SpiLink", device, limits);
    }

    private static Span<byte> BytesOf(Slot span)
    {
        Slot[] fields = ((Instance)span.Object!).Fields;
        return ((byte[])fields[0].Object!).AsSpan(fields[1].Int, fields[2].Int);
    }

    private static byte[] Arena(NanoApp app) => (byte[])app.Machine.Get(app.Machine.Get(app.App, "Executor"), "Arena").Object!;

    /// <summary>Codes of all tensors of the frame: none is overwritten by another.</summary>
    private static byte[] CodesOf(byte[] arena) => [.. Placed.Tensors.SelectMany(t => arena.AsSpan(t.ArenaOffset, t.ByteCount()).ToArray())];

    private static void AssertIsAsInSoftware(NanoApp app)
    {
        SwarExecutor reference = new(Placed);
        Frame().CopyTo(reference.Arena, reference.InputOffset);
        reference.Run();
        byte[] mask = [.. reference.Arena.AsSpan(Placed.Tensors[^1].ArenaOffset, Placed.Tensors[^1].ByteCount())];
        Assert.IsTrue(mask.Contains((byte)0) && mask.Contains((byte)1));
        CollectionAssert.AreEqual(CodesOf(reference.Arena), CodesOf(Arena(app)));
    }

    private static byte[] Frame()
    {
        byte[] codes = new byte[Width * Height];
        new Random(4).NextBytes(codes);
        return codes;
    }

    /// <summary>Signs of the input in 16 channels, two binarized layers, the last of which makes the mask.</summary>
    private static Model Binarized()
    {
        Random random = new(2);
        TestModel made = new();
        made.Model.Input.ChannelOrder = InputFormat.ChannelsGray;
        made.Model.Task = Model.TaskSegmentation;
        made.Model.RoadClass = 1;
        made.AddTensor(1, Height, Width, 8);
        TapLayer first = new()
        {
            Inputs = [new TapInput { Channels = 1 }], Output = made.AddTensor(16, Height, Width, 1), Groups = 1, Rows = 16, KernelHeight = 1, KernelWidth = 1, StrideY = 1, StrideX = 1,
            DilationY = 1, DilationX = 1, PhaseY = 1, PhaseX = 1, Bias = [.. Enumerable.Range(0, 16).Select(_ => random.Next(-255, 0))], Shift = new byte[16], Post = new int[16],
            Low = new byte[16], High = [.. Enumerable.Repeat((byte)1, 16)], Skips = [], SkipShift = [],
        };
        made.Taps.Add(first, [.. Enumerable.Range(0, 16).Select(_ => new List<TestTap> { new(0, 0, false) })]);
        made.AddLayer(first);
        AddBinary(made, random, 12, 3);
        AddBinary(made, random, 1, 1);
        made.PlaceTensors(false);
        return made.Load();
    }

    private static void AddBinary(TestModel made, Random random, int rows, int kernel)
    {
        int input = made.Model.Tensors.Length - 1;
        TensorInfo source = made.Model.Tensors[input];
        int height = source.Height - kernel + 1, width = source.Width - kernel + 1, fanIn = source.Channels * kernel * kernel, words = (fanIn + 63) / 64;
        ulong[] weights = new ulong[rows * words];
        for (int row = 0; row < rows; row++)
            for (int i = 0; i < fanIn; i++)
                weights[(row * words) + (i / 64)] |= (ulong)random.Next(2) << (i % 64);
        made.AddLayer(new BinaryLayer
        {
            Input = input, Output = made.AddTensor(rows, height, width, 1), FanIn = fanIn, KernelHeight = kernel, KernelWidth = kernel, StrideY = 1, StrideX = 1, DilationY = 1, DilationX = 1,
            GridHeight = height, GridWidth = width, WordsPerRow = words, Rows = rows, Mode = AccumulatorLayer.ModeRequantize, Weights = weights,
            Bias = [.. Enumerable.Range(0, rows).Select(_ => random.Next(-4, 4))], Shift = [.. Enumerable.Repeat((byte)30, rows)], Post = [.. Enumerable.Repeat(1 << 30, rows)],
            Low = new byte[rows], High = [.. Enumerable.Repeat((byte)1, rows)], Skips = [], SkipShift = [],
        });
    }

    /// <summary>Keeps what was sent, and lets the device fail.</summary>
    private sealed class Wire(EmulatedSpiDevice device) : SpiDevice
    {
        public List<byte[]> Sent { get; } = [];

        /// <summary>Told the number of each transfer before it.</summary>
        public Action<int>? Before { get; set; }

        /// <summary>From this transfer on the device throws.</summary>
        public int Fails { get; set; } = int.MaxValue;

        /// <summary>From this transfer on the last bit of each answer is wrong.</summary>
        public int SpoilsFrom { get; set; } = int.MaxValue;

        /// <summary>From this transfer on the chip is reset before each.</summary>
        public int ResetsFrom { get; set; } = int.MaxValue;

        public override SpiConnectionSettings ConnectionSettings => device.ConnectionSettings;

        public override void Read(Span<byte> buffer) => device.Read(buffer);

        public override void Write(ReadOnlySpan<byte> buffer) => device.Write(buffer);

        public override void TransferFullDuplex(ReadOnlySpan<byte> writeBuffer, Span<byte> readBuffer)
        {
            Before?.Invoke(Sent.Count);
            if (Sent.Count >= Fails)
                throw new IOException("planted");
            if (Sent.Count >= ResetsFrom)
                device.LinkFaults = new LinkFaults { ResetAtTransfer = device.Transfers };
            device.TransferFullDuplex(writeBuffer, readBuffer);
            if (Sent.Count >= SpoilsFrom)
                readBuffer[^1] ^= 1;
            Sent.Add(writeBuffer.ToArray());
        }
    }
}
