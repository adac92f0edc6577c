using Barrel.Compiler.Emitting;
using Barrel.Nano.Tests.Interpreter;

namespace Barrel.Nano.Tests;

/// <summary>The application for nanoFramework, compiled against the surface, on the interpreter, with devices that the test has in hand.</summary>
internal sealed class NanoApp
{
    private static readonly Lazy<byte[]> CompiledNetwork = new(() => NanoSurface.Compile("Network", Generated.Sources(new NetworkSource(RoadGrid.Model)), NanoSurface.Core));

    private static readonly Lazy<byte[]> CompiledApp = new(() => NanoSurface.Compile("App", Sources(), NanoSurface.Core, CompiledNetwork.Value));

    private readonly Dictionary<int, int> _levels = [];
    private readonly Dictionary<int, byte[]> _resources = [];

    public NanoApp()
    {
        Machine = new Machine(new Interpreter.Program([.. NanoSurface.Assemblies.Values, NanoSurface.Core, CompiledNetwork.Value, CompiledApp.Value]));
        Machine.Memory.NoRoom = () => new ThrownException(Machine.Program.NewInstance(Machine.Program.Type("System.OutOfMemoryException")));
        _resources[Model] = RoadGrid.Model.Blob;
        _resources[LastGoodModel] = RoadGrid.Model.Blob;
        _resources[ResourceId("Frame")] = RoadGrid.Frame(1);
        Device("System.Device.Gpio.GpioController::.ctor/0", _ => default);
        Device("System.Device.Gpio.GpioController::OpenPin/2", a => Slot.Of(new Pin(a[1].Int)));
        Device("System.Device.Gpio.GpioPin::Write/1", a => Set(a[0], a[1].Int));
        Device("System.Device.Gpio.GpioPin::Toggle/0", a => Set(a[0], 1 - _levels.GetValueOrDefault(((Pin)a[0].Object!).Number)));
        Device("nanoFramework.Runtime.Native.GC::Run/1", _ => new Slot { Number = 60_000, Kind = Kind.UInt32 });
        Device("nanoFramework.Runtime.Native.Power::RebootDevice/0", _ => throw new RebootException());
        Device("nanoFramework.Runtime.Native.SystemInfo::get_TargetName/0", _ => Slot.Of(Target));
        Device("System.Environment::get_TickCount64/0", _ => new Slot { Number = ClockMs, Kind = Kind.Int64 });
        Device("System.Threading.Thread::Sleep/1", a => Sleep(a[0].Int));
        Device("System.Threading.Thread::.ctor/1", a =>
        {
            Thread = (Function)a[1].Object!;
            return default;
        });
        Device("System.Threading.Thread::Start/0", _ => default);
        Files();
        Device("System.Reflection.Assembly::GetExecutingAssembly/0", _ => Slot.Of("app"));
        Device("System.Resources.ResourceManager::.ctor/2", _ => default);
        Device("nanoFramework.Runtime.Native.ResourceUtility::GetObject/2", a => Slot.Of(_resources[Id(a[1])]));
        Device("nanoFramework.Runtime.Native.ResourceUtility::GetObject/4", a => Chunk(_resources[Id(a[1])], a[2].Int, a[3].Int));
    }

    /// <summary>Number of the resource of this name.</summary>
    public static int Model { get; } = ResourceId("Model");

    public static int LastGoodModel { get; } = ResourceId("LastGoodModel");

    public static byte[] Image => CompiledApp.Value;

    public Machine Machine { get; }

    /// <summary>Name of the firmware.</summary>
    public string Target { get; init; } = "ESP32_REV0";

    /// <summary>Time that was slept away, or that devices took; all else takes none.</summary>
    public long ClockMs { get; private set; }

    public bool IsRebooted { get; private set; }

    /// <summary>Levels of the pins that were written, by number.</summary>
    public IReadOnlyDictionary<int, int> Levels => _levels;

    /// <summary>Pins 25, 26, 27, 32, 33: low but for "blocked".</summary>
    public bool IsSafe => _levels[25] == 0 && _levels[26] == 1 && _levels[27] == 0 && _levels[32] == 0 && _levels[33] == 0;

    /// <summary>The file of the internal file system that the program asks for, null where there is none.</summary>
    public byte[]? File { get; set; }

    public long FileBytesRead { get; private set; }

    public byte[] this[int resource]
    {
        get => _resources[resource];
        set => _resources[resource] = value;
    }

    public void Device(string name, Func<Slot[], Slot> does) => Machine.Devices[name] = does;

    /// <summary>Runs so many frames of a source; ends earlier where the application starts the board anew.</summary>
    public void Run(Func<Slot> frames, int framesMax, Func<Slot>? chip = null)
    {
        Slot numbers = Machine.Call(Machine.Program.Method("Barrel.Nano.RoadPins", "NumbersOf"), Slot.Of(Target));
        Slot pins = Machine.New("Barrel.Nano.RoadPins", Machine.New("System.Device.Gpio.GpioController"), numbers);
        App = Machine.New("Barrel.Nano.RoadApp", Machine.New("Barrel.Nano.Esp32Board"), pins);
        object?[] blobs = [Blob(Model).Object, Blob(LastGoodModel).Object];
        UntilReboot(() => Machine.Call(
            Machine.Program.Method("Barrel.Nano.RoadApp", "Run"), App, Slot.Of(blobs), Machine.New("Barrel.Generated.Network"), chip?.Invoke() ?? Slot.Of(null), frames(), Slot.Of(65536),
            Slot.Of(framesMax)));
    }

    /// <summary>Runs the whole program, which never ends by itself, until it has shown so many decisions.</summary>
    public void RunProgram(int decisions)
    {
        Device("System.Device.Gpio.GpioPin::Toggle/0", a => decisions-- > 0 ? Set(a[0], 1 - _levels.GetValueOrDefault(((Pin)a[0].Object!).Number)) : throw new EndException());
        try
        {
            UntilReboot(() => Machine.Call(Machine.Program.Method("Barrel.Nano.Program", "Main")));
        }
        catch (EndException)
        {
            // It would go on for ever.
        }
    }

    /// <summary>Lets the watchdog's thread run for so long while all else stands.</summary>
    public void RunWatchdog(int forMs)
    {
        long end = ClockMs + forMs;
        Device("System.Threading.Thread::Sleep/1", a => ClockMs >= end ? throw new EndException() : Sleep(a[0].Int));
        try
        {
            Machine.Call(Thread!.Method, Slot.Of(Thread.Target));
        }
        catch (EndException)
        {
            // Its time is over.
        }

        Device("System.Threading.Thread::Sleep/1", a => Sleep(a[0].Int));
    }

    /// <summary>What the application runs, from <see cref="Run"/> on.</summary>
    public Slot App { get; private set; }

    private Function? Thread { get; set; }

    private void UntilReboot(Action what)
    {
        try
        {
            what();
        }
        catch (RebootException)
        {
            IsRebooted = true;
        }
    }

    private Slot Sleep(int milliseconds)
    {
        ClockMs += milliseconds;
        return default;
    }

    /// <summary>The frame in flash.</summary>
    public Slot Flash() => Machine.New("Barrel.Nano.FlashFrames", Slot.Of(RoadGrid.Frame(1)), Slot.Of(RoadGrid.Width), Slot.Of(RoadGrid.Height));

    /// <summary>A UART on which bytes come, and then no more. A millisecond passes with each read.</summary>
    public Slot Serial(byte[] bytes)
    {
        int at = 0;
        return Serial(
            () => bytes.Length - at,
            to =>
            {
                bytes.AsSpan(at, to.Length).CopyTo(to);
                at += to.Length;
            });
    }

    /// <summary>A UART on which the same byte comes for ever.</summary>
    /// <param name="readsMax">More reads than these end the test.</param>
    public Slot Serial(byte noise, int readsMax) => Serial(
        () => int.MaxValue,
        to =>
        {
            Assert.IsGreaterThanOrEqualTo(0, --readsMax, "it reads for ever");
            to.Fill(noise);
        });

    /// <summary>A camera on the SPI bus.</summary>
    public Slot Camera(FakeSpiCamera camera)
    {
        Device("System.Device.Spi.SpiConnectionSettings::.ctor/2", _ => default);
        Device("System.Device.Spi.SpiDevice::Create/1", _ => Slot.Of("spi"));
        Device("System.Device.Spi.SpiDevice::Write/1", a => Exchange(camera, Bytes(a[1]), []));
        Device("System.Device.Spi.SpiDevice::TransferFullDuplex/2", a => Exchange(camera, Bytes(a[1]), Bytes(a[2])));
        return Machine.New("Barrel.Nano.SpiCameraFrames", Slot.Of("spi"));
    }

    private Slot Exchange(FakeSpiCamera camera, Span<byte> sent, Span<byte> received)
    {
        camera.Transfer(sent, received, ClockMs);
        return Sleep(1);
    }

    /// <summary>What a SpanByte shows.</summary>
    private static Span<byte> Bytes(Slot span)
    {
        Slot[] fields = ((Instance)span.Object!).Fields;
        return ((byte[])fields[0].Object!).AsSpan(fields[1].Int, fields[2].Int);
    }

    private Slot Serial(Func<int> left, SpanAction read)
    {
        Device("System.IO.Ports.SerialPort::.ctor/5", _ => default);
        Device("System.IO.Ports.SerialPort::get_BytesToRead/0", _ => Slot.Of(Math.Min(200, left())));
        Device("System.IO.Ports.SerialPort::Read/3", a =>
        {
            read(((byte[])a[1].Object!).AsSpan(a[2].Int, a[3].Int));
            Sleep(1);
            return a[3];
        });
        Slot port = Machine.New("System.IO.Ports.SerialPort", Slot.Of("COM2"), Slot.Of(921600), default, Slot.Of(8), Slot.Of(1));
        return Machine.New("Barrel.Nano.SerialFrames", port, Slot.Of(RoadGrid.Width), Slot.Of(RoadGrid.Height));
    }

    private void Files()
    {
        long at = 0;
        Device("System.IO.File::Exists/1", a => Slot.Of(File is not null && (string?)a[0].Object == "I:\\road.barrel" ? 1 : 0));
        Device("System.IO.FileStream::.ctor/3", _ => default);
        Device("System.IO.FileStream::get_Length/0", _ => new Slot { Number = File!.Length, Kind = Kind.Int64 });
        Device("System.IO.FileStream::set_Position/1", a =>
        {
            at = a[1].Number;
            return default;
        });
        Device("System.IO.FileStream::Read/3", a =>
        {
            // A file may give less than is asked for.
            int count = (int)Math.Min(Math.Min(a[3].Int, 100), File!.Length - at);
            Array.Copy(File, at, (byte[])a[1].Object!, a[2].Int, count);
            FileBytesRead += count;
            at += count;
            return Slot.Of(count);
        });
    }

    private static IEnumerable<(string Path, string Text)> Sources() =>
        ((string[])["firmware-host/Nano/App", "firmware-host/Decision", "firmware-host/Chip/Core"]).SelectMany(NanoSurface.Sources);

    /// <summary>What nanoFramework's resource generator makes of a name: two hashes, of its even and its odd letters, folded to 16 bits.</summary>
    private static int ResourceId(string name)
    {
        int[] hashes = [352654597, 352654597];
        for (int i = 0; i < name.Length; i++)
            hashes[i & 1] = unchecked(hashes[i & 1] * 33) ^ name[i];
        int hash = unchecked(hashes[0] + (hashes[1] * 1566083941));
        return (short)((hash >> 16) ^ hash);
    }

    private static int Id(Slot boxed) => boxed.Object is Boxed number ? number.Value.Int : boxed.Int;

    private Slot Blob(int resource) => Machine.New("Barrel.Nano.ResourceBlob", Slot.Of(resource));

    private Slot Chunk(byte[] of, int offset, int length)
    {
        byte[] chunk = [.. of.Skip(offset).Take(length)];
        Machine.Memory.Took(chunk);
        return Slot.Of(chunk);
    }

    private Slot Set(Slot pin, int level)
    {
        _levels[((Pin)pin.Object!).Number] = level;
        return default;
    }

    private sealed record Pin(int Number);

    private delegate void SpanAction(Span<byte> bytes);

    private sealed class RebootException : Exception;

    private sealed class EndException : Exception;
}
