namespace Barrel.Benchmarks.Arm64;

/// <summary>A processor as qemu emulates it and as Linux would describe it.</summary>
/// <param name="Name">qemu's.</param>
/// <param name="Part">Arm's part number.</param>
/// <param name="Features">Linux's names of what it has beside the basic set.</param>
/// <param name="Board">Where it is found.</param>
public sealed record Arm64Processor(string Name, int Part, string Features, string Board)
{
    public static Arm64Processor[] All { get; } =
    [
        new("cortex-a53", 0xd03, "", "Raspberry Pi Zero 2 W and 3"),
        new("cortex-a72", 0xd08, "", "Raspberry Pi 4"),
        new("cortex-a76", 0xd0b, " atomics fphp asimdhp asimdrdm lrcpc dcpop asimddp", "Raspberry Pi 5"),
    ];

    /// <summary>Whether it has dot products of bytes.</summary>
    public bool HasDots => Features.Contains("asimddp", StringComparison.Ordinal);

    /// <summary>What /proc/cpuinfo would say.</summary>
    public string CpuInfo =>
        $"processor\t: 0\nBogoMIPS\t: 100.00\nFeatures\t: fp asimd evtstrm aes pmull sha1 sha2 crc32 cpuid{Features}\nCPU implementer\t: 0x41\n"
        + $"CPU architecture: 8\nCPU variant\t: 0x0\nCPU part\t: 0x{Part:x}\nCPU revision\t: 1\n\n";
}
