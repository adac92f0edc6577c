using System.Globalization;
using System.Runtime.InteropServices;
using Barrel.Host.Linux;

namespace Barrel.Host.Pins;

/// <summary>
/// A /dev/gpiochipN, asked and told through the kernel's own requests. A Linux of 2020 and later (5.10) has them; libgpiod, which packages
/// come with in two versions that exclude each other, is a layer over the same ones and need not be there.
/// </summary>
internal sealed unsafe class GpioChip : IDisposable
{
    private const string Folder = "/dev";
    private const string Prefix = "gpiochip";

    private readonly int file;
    private bool isClosed;

    private GpioChip(int file, string path)
    {
        this.file = file;
        Path = path;
    }

    public string Path { get; }

    /// <summary>Paths of the chips there are, by number.</summary>
    public static string[] Paths()
    {
        string[] paths = Directory.GetFiles(Folder, Prefix + "*");
        Array.Sort(paths, (a, b) => Number(a).CompareTo(Number(b)));
        return paths;

        static int Number(string path) =>
            int.TryParse(path.AsSpan(Folder.Length + 1 + Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : int.MaxValue;
    }

    public static string PathOf(int number) => $"{Folder}/{Prefix}{number}";

    /// <param name="chip">Null where the error is not 0.</param>
    /// <returns>A <see cref="SystemError"/>.</returns>
    public static int Open(string path, out GpioChip? chip)
    {
        chip = null;
        int file = SystemCalls.Open(path, SystemCalls.OpenFlags);
        if (file < 0)
            return Marshal.GetLastPInvokeError();
        chip = new GpioChip(file, path);
        return SystemError.None;
    }

    public int Info(out GpioChipInfo info)
    {
        info = default;
        fixed (GpioChipInfo* address = &info)
            return SystemCalls.Request(file, GpioRequests.ChipInfo, address);
    }

    public int LineInfo(uint offset, out GpioLineInfo info)
    {
        info = new GpioLineInfo { Offset = offset };
        fixed (GpioLineInfo* address = &info)
            return SystemCalls.Request(file, GpioRequests.LineInfo, address);
    }

    /// <summary>Takes lines for this program alone until the answered file is closed.</summary>
    public int GetLines(ref GpioLineRequest request)
    {
        fixed (GpioLineRequest* address = &request)
            return SystemCalls.Request(file, GpioRequests.GetLines, address);
    }

    public void Dispose()
    {
        if (isClosed)
            return;
        isClosed = true;
        _ = SystemCalls.Close(file);
    }
}
