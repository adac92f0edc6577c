using System.Text;
using Barrel.Arm64.Tests;
using Barrel.Tests;

namespace Barrel.VirtualBoard.Tests;

/// <summary>
/// A 64-bit ARM computer as qemu emulates it, with Debian's kernel and its real device interfaces, a busybox, and no disk unless it is given one: it
/// starts in seconds, runs its steps and is gone. How long things take on it says nothing about a real board.
/// </summary>
internal sealed class VirtualBoard
{
    public const string DiskDevice = "/dev/vda";

    /// <summary>What <see cref="Disk"/> takes, with an ext4 on it as on a Raspberry Pi's card.</summary>
    public static readonly string[] DiskModules = ["virtio_mmio", "virtio_blk", "crc32c_generic", "ext4"];

    /// <summary>Takes the power away: what was not written to the disk is lost.</summary>
    public const string CutPower = "echo b >/proc/sysrq-trigger; sleep 60";

    private const string Emulator = "qemu-system-aarch64";
    private const string Libraries = "/usr/aarch64-linux-gnu/lib";
    private const string Parts = "tests/VirtualBoard.Tests/obj/board";

    /// <summary>Limits are for what hangs: on a machine that is busy otherwise, all takes many times as long.</summary>
    private const int SecondsMax = 180;

    /// <summary>As a Raspberry Pi 5 has, but one of them: two programs that take turns, as at a device, are no faster on two emulated ones.</summary>
    private static readonly string[] Processor = ["-cpu", "cortex-a76", "-smp", "1", "-m", "512"];

    private readonly List<BoardStep> steps = [];
    private readonly List<(string Path, byte[] Content, bool IsProgram)> files = [];

    /// <summary>
    /// Kernel modules to load before the first step, with their parameters: "vivid n_devs=1". What they need themselves comes before them.
    /// </summary>
    public string[] Modules { get; init; } = [];

    /// <summary>An image of a file system, which the board finds as <see cref="DiskDevice"/> and writes to; null for none.</summary>
    public string? Disk { get; init; }

    /// <summary>The power may be cut in a step: those after it are not reached, and nothing is said of what they printed.</summary>
    public bool MayLosePower { get; init; }

    /// <summary>The test is skipped where the machine cannot publish for the board, emulate it, or has no kernel for it.</summary>
    public static void Require()
    {
        EmulatedArm64.Require();
        if (!ChildProcess.IsInstalled(Emulator))
            Assert.Inconclusive($"needs {Emulator}: apt install qemu-system-arm");
        if (!File.Exists(Part("vmlinuz")))
            Assert.Inconclusive("needs a kernel for the board: tests/VirtualBoard.Tests/fetch.sh downloads one");
    }

    /// <param name="path">Where it lies on the board, without a slash in front.</param>
    public VirtualBoard Put(string path, byte[] content)
    {
        files.Add((path, content, false));
        return this;
    }

    /// <param name="file">The program's path here; it is found on the board under its own name.</param>
    public VirtualBoard PutProgram(string file)
    {
        files.Add(($"bin/{Path.GetFileName(file)}", File.ReadAllBytes(file), true));
        return this;
    }

    /// <summary>Runs a command line and waits for its end.</summary>
    public VirtualBoard Do(string command, int secondsMax = SecondsMax)
    {
        steps.Add(new BoardStep(command, secondsMax, null));
        return this;
    }

    /// <summary>Runs a program beside the steps that follow, which wait until a file is there, a device perhaps. It ends with SIGTERM after the last step.</summary>
    public VirtualBoard Serve(string command, string readyFile, int secondsMax = SecondsMax)
    {
        steps.Add(new BoardStep(command, secondsMax, readyFile));
        return this;
    }

    /// <summary>Starts the board, lets it run its steps, and fails the test unless each ended in its time, with whatever code.</summary>
    public BoardRun Run()
    {
        (string File, string Arguments)[] modules = ModulesInOrder();
        BoardStep[] loads = [.. modules.Select(m => new BoardStep($"insmod /modules/{Path.GetFileName(m.File)} {m.Arguments}", SecondsMax, null))];
        BoardStep[] all = [.. loads, .. steps];
        string folder = Directory.CreateTempSubdirectory("barrel-board-").FullName;
        try
        {
            string initial = Path.Combine(folder, "initial.cpio"), console = Path.Combine(folder, "console");
            using (FileStream stream = File.Create(initial))
                WriteFiles(new CpioWriter(stream), modules.Select(m => m.File), all);
            int secondsMax = SecondsMax + all.Sum(s => s.SecondsMax);
            ChildProcess emulator = ChildProcess.Run("timeout", ["-k", "5", $"{secondsMax}", Emulator, .. Arguments(initial, console), .. DiskArguments()], folder, secondsMax + 30);
            string said = File.Exists(console) ? File.ReadAllText(console) : "";
            BoardRun run = new(BoardScript.Read(said, all), all, said);
            Assert.AreEqual(0, emulator.ExitCode, $"{Emulator} (124: after {secondsMax} s)\n{emulator.Error}\n{run.Tail}");
            if (!MayLosePower)
                run.AssertAllEnded();
            foreach (BoardStep load in loads)
                run.AssertDone(load.Command);
            return run;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Part(string name) => Repository.FullPath(Path.Combine(Parts, name));

    private static string[] Arguments(string initial, string console) =>
    [
        "-machine", "virt", "-accel", "tcg", .. Processor, "-nodefaults", "-display", "none", "-no-reboot", "-serial", "file:" + console,
        "-kernel", Part("vmlinuz"), "-initrd", initial, "-append", "console=ttyAMA0 quiet loglevel=1 panic=-1 rdinit=/init",
    ];

    // Each write of the board's is one of the image's: nothing that it believes written is lost with the emulator.
    private string[] DiskArguments() =>
        Disk is null ? [] : ["-drive", $"file={Disk},if=none,id=disk,format=raw,cache=writethrough", "-device", "virtio-blk-device,drive=disk"];

    private (string File, string Arguments)[] ModulesInOrder()
    {
        string[][] asked = [.. Modules.Select(m => m.Split(' ', 2))];
        Dictionary<string, string> arguments = asked.ToDictionary(m => KernelModules.Plain(m[0]), m => m.ElementAtOrDefault(1) ?? "");
        return [.. KernelModules.InOrder(Part("modules"), asked.Select(m => m[0])).Select(f => (f, arguments.GetValueOrDefault(KernelModules.NameOf(f), "")))];
    }

    private void WriteFiles(CpioWriter archive, IEnumerable<string> modules, BoardStep[] all)
    {
        archive.File("init", Encoding.UTF8.GetBytes(BoardScript.Write(all)), isProgram: true);
        for (int i = 0; i < all.Length; i++)
            archive.File($"{BoardScript.StepFolder}/{i}", Encoding.UTF8.GetBytes(BoardScript.WriteStep(all[i])), isProgram: false);
        archive.File("bin/busybox", File.ReadAllBytes(Part("busybox")), isProgram: true);
        foreach (string library in new[] { "ld-linux-aarch64.so.1", "libc.so.6", "libm.so.6" })
            archive.File($"lib/{library}", File.ReadAllBytes(Path.Combine(Libraries, library)), isProgram: true);
        foreach (string module in modules)
            archive.File($"modules/{Path.GetFileName(module)}", File.ReadAllBytes(module), isProgram: false);
        foreach ((string path, byte[] content, bool isProgram) in files)
            archive.File(path, content, isProgram);
        archive.End();
    }
}
