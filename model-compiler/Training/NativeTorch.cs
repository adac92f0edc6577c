using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Barrel.Boards;
using Barrel.Runtime;

namespace Barrel.Compiler.Training;

/// <summary>
/// Makes libtorch ready to load. TorchSharp's library for Linux is linked with GLIBCXX_3.4.32 (GCC 13) for one symbol that its iostream initialisation names and never
/// has to call; a C++ library that is older, as Debian 12's, refuses the whole file for it. There the version is marked weak in the copy beside this program, as
/// the linker's own flag VER_FLG_WEAK has it, and everything loads.
/// </summary>
internal static class NativeTorch
{
    private const string Library = "libLibTorchSharp.so";
    private const string Wanted = "GLIBCXX_3.4.32";
    private const uint VersionNeeds = 0x6ffffffe;
    private const ushort Weak = 2;

    /// <exception cref="BarrelException">BRL1601.</exception>
    public static void Load()
    {
        try
        {
            if (OperatingSystem.IsLinux() && !Loads())
            {
                MarkWeak(Path.Combine(Folder, Library));
                NativeLibrary.Load(Path.Combine(Folder, Library));
            }

            TorchSharp.torch.InitializeDeviceType(TorchSharp.DeviceType.CPU);
        }
        catch (Exception e) when (e is not BarrelException)
        {
            Exception inner = e;
            while (inner.InnerException is not null)
                inner = inner.InnerException;
            throw new BarrelException(
                TrainingErrors.NoTorch,
                $"libtorch cannot be loaded: {inner.Message.ReplaceLineEndings(" ").TrimEnd('.')}; 64-bit x86 with glibc 2.34 and libstdc++ of GCC 12 or newer, or Windows, or macOS on ARM would be right",
                e);
        }
    }

    /// <summary>Where the libraries for Linux lie: beside this program, or, in a process of another one, beside where that says this one is.</summary>
    internal static string Folder { get; set; } = Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native");

    private static bool Loads() => NativeLibrary.TryLoad(Path.Combine(Folder, Library), out _);

    /// <summary>Sets the flag in every version need of that name (System V ABI, symbol versioning: Elf64_Verneed, Elf64_Vernaux).</summary>
    private static void MarkWeak(string path)
    {
        if (!File.Exists(path))
            return;
        byte[] file = File.ReadAllBytes(path);
        long sections = (long)BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(0x28));
        int size = BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(0x3A)), count = BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(0x3C));
        ReadOnlySpan<byte> Section(int i) => file.AsSpan((int)sections + (i * size), size);
        static int At(ReadOnlySpan<byte> section) => (int)BinaryPrimitives.ReadUInt64LittleEndian(section[0x18..]);
        bool changed = false;
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> section = Section(i);
            if (BinaryPrimitives.ReadUInt32LittleEndian(section[4..]) != VersionNeeds)
                continue;
            int strings = At(Section((int)BinaryPrimitives.ReadUInt32LittleEndian(section[0x28..])));
            for (int need = At(section), next = 1; next != 0; need += next)
            {
                Span<byte> header = file.AsSpan(need);
                next = (int)BinaryPrimitives.ReadUInt32LittleEndian(header[12..]);
                int names = BinaryPrimitives.ReadUInt16LittleEndian(header[2..]);
                for (int entry = need + (int)BinaryPrimitives.ReadUInt32LittleEndian(header[8..]); names > 0; names--)
                {
                    Span<byte> version = file.AsSpan(entry);
                    int name = strings + (int)BinaryPrimitives.ReadUInt32LittleEndian(version[8..]);
                    if (file.AsSpan(name).StartsWith("GLIBCXX_3.4.32\0"u8))
                    {
                        BinaryPrimitives.WriteUInt16LittleEndian(version[4..], Weak);
                        changed = true;
                    }

                    entry += (int)BinaryPrimitives.ReadUInt32LittleEndian(version[12..]);
                }
            }
        }

        if (changed)
            WholeFile.Write(path, stream => stream.Write(file), isDurable: false);
        else
            throw new DllNotFoundException($"{Library} does not load, and not for {Wanted}");
    }
}
