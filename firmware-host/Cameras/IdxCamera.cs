using System.Buffers.Binary;
using System.IO.Compression;
using Barrel.Runtime;

namespace Barrel.Host.Cameras;

/// <summary>The grey pictures of an idx file as MNIST has them ("idx3-ubyte", plain or gz), with the labels of the file beside it where there is one.</summary>
internal sealed class IdxCamera : ICamera
{
    private const uint ImagesMagic = 0x803;
    private const uint LabelsMagic = 0x801;
    private const int BytesMax = 1 << 28;
    private const int FrameMs = 100;

    private readonly byte[] pixels;
    private readonly int width;
    private readonly int height;
    private long next;

    private IdxCamera(byte[] pixels, int count, int height, int width, byte[]? labels)
    {
        this.pixels = pixels;
        this.height = height;
        this.width = width;
        Count = count;
        Labels = labels;
    }

    /// <summary>Pictures in the file.</summary>
    public int Count { get; }

    /// <summary>The class of each picture, or null.</summary>
    public byte[]? Labels { get; }

    public bool IsLive => false;

    public string? EndMessage => null;

    /// <param name="path">A file of images, or a folder with one; of several the test images ("t10k") come first.</param>
    /// <exception cref="BarrelException">BRL4023, BRL4024.</exception>
    public static IdxCamera Open(string path)
    {
        string? file = Find(path) ?? throw new BarrelException(HostErrors.SourceUnreadable, $"camera idx:{path}: no file there whose name has 'images' and 'idx3'");
        (byte[] pixels, int[] sizes) = Read(file, ImagesMagic, 3);
        if (sizes[1] > FrameInput.FrameSideMax || sizes[2] > FrameInput.FrameSideMax)
            throw Broken(file, $"pictures of {sizes[2]} x {sizes[1]}");
        string labelsFile = Path.Combine(
            Path.GetDirectoryName(file) ?? "", Path.GetFileName(file).Replace("images", "labels", StringComparison.Ordinal).Replace("idx3", "idx1", StringComparison.Ordinal));
        byte[]? labels = File.Exists(labelsFile) ? Read(labelsFile, LabelsMagic, 1).Data : null;
        if (labels is not null && labels.Length != sizes[0])
            throw Broken(labelsFile, $"{labels.Length} labels for {sizes[0]} pictures");
        return new IdxCamera(pixels, sizes[0], sizes[1], sizes[2], labels);
    }

    public bool Read(CameraFrame frame)
    {
        if (next == Count)
            return false;
        frame.Resize(width, height);
        ReadOnlySpan<byte> picture = pixels.AsSpan((int)next * width * height, width * height);
        for (int i = 0; i < picture.Length; i++)
            frame.Rgb.AsSpan(i * 3, 3).Fill(picture[i]);
        frame.TimestampMs = next * FrameMs;
        frame.Number = next++;
        return true;
    }

    public void Dispose()
    {
    }

    private static string? Find(string path)
    {
        try
        {
            if (File.Exists(path))
                return path;
            string[] files = Directory.EnumerateFiles(path)
                .Where(f => Path.GetFileName(f) is var name && name.Contains("images", StringComparison.Ordinal) && name.Contains("idx3", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal);

            // Those to test with first.
            return files.FirstOrDefault(f => !Path.GetFileName(f).StartsWith("train", StringComparison.Ordinal)) ?? files.FirstOrDefault(_ => true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new BarrelException(HostErrors.SourceUnreadable, $"camera idx:{path}: {e.Message.TrimEnd('.')}", e);
        }
    }

    private static (byte[] Data, int[] Sizes) Read(string path, uint magic, int rank)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            using Stream stream = path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file;
            byte[] head = new byte[4 + (4 * rank)];
            stream.ReadExactly(head);
            if (BinaryPrimitives.ReadUInt32BigEndian(head) != magic)
                throw Broken(path, $"it begins with {BinaryPrimitives.ReadUInt32BigEndian(head):x8}; {magic:x8} would be right");
            int[] sizes = [.. Sequence.Range(0, rank).Select(i => BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(4 + (4 * i))))];
            long bytes = 1;
            foreach (int size in sizes)
                bytes = size < 1 || bytes > BytesMax ? long.MaxValue / 2 : bytes * size;
            if (bytes > BytesMax)
                throw Broken(path, $"sizes {string.Join(" x ", sizes)}; at most {BytesMax} bytes would be right");

            // In steps: a header may promise more than the file holds.
            using MemoryStream data = new();
            byte[] buffer = new byte[1 << 16];
            int read;
            while (data.Length < bytes && (read = stream.Read(buffer, 0, (int)Math.Min(buffer.Length, bytes - data.Length))) > 0)
                data.Write(buffer, 0, read);
            return data.Length == bytes ? (data.ToArray(), sizes) : throw Broken(path, $"{data.Length} bytes; {bytes} would be right");
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            throw new BarrelException(HostErrors.BadImage, $"'{path}' cannot be read: {e.Message.TrimEnd('.')}", e);
        }
    }

    private static BarrelException Broken(string path, string what) => new(HostErrors.BadImage, $"idx file '{path}' has {what}");
}
