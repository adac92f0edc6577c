using System.Buffers.Binary;
using System.IO.Compression;
using Barrel.Runtime;

namespace Barrel.Compiler.Data;

/// <summary>MNIST's pair of files, plain or gz: PREFIX-images-idx3-ubyte and PREFIX-labels-idx1-ubyte.</summary>
internal sealed record IdxFiles(string Images, string Labels)
{
    private const string ImagesPart = "images";
    private const string LabelsPart = "labels";

    /// <summary>The pair that <paramref name="path"/> names or holds, or null where there is none.</summary>
    /// <param name="path">The file of images, or a folder. A folder with several pairs gives the training ones or the test ones.</param>
    /// <param name="preferTraining">True for calibration, which must not see the test images.</param>
    public static IdxFiles? Find(string path, bool preferTraining)
    {
        if (File.Exists(path))
            return IsImages(path) ? Pair(path) : null;
        if (!Directory.Exists(path))
            return null;
        try
        {
            string? best = Directory.EnumerateFiles(path).Where(IsImages)
                .OrderByDescending(f => Path.GetFileName(f).StartsWith("train", StringComparison.Ordinal) == preferTraining)
                .ThenBy(f => f, StringComparer.Ordinal)
                .FirstOrDefault();
            return best is null ? null : Pair(best);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BarrelException(DataErrors.Missing, $"{path}: the folder cannot be read: {e.Message.TrimEnd('.')}", e);
        }
    }

    /// <summary>Reads a file of unsigned bytes with <paramref name="rank"/> dimensions.</summary>
    public static (int[] Dimensions, byte[] Data) Read(string path, int rank)
    {
        try
        {
            using Stream file = File.OpenRead(path);
            using Stream stream = path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file;
            var word = new byte[4];
            stream.ReadExactly(word);
            uint magic = BinaryPrimitives.ReadUInt32BigEndian(word);
            if (magic != 0x800 + rank)
                throw Broken(path, $"magic {magic:x8}; {0x800 + rank:x8} would be right (unsigned bytes, {rank} dimension(s))");
            var dimensions = new int[rank];
            long count = 1;
            for (int i = 0; i < rank; i++)
            {
                stream.ReadExactly(word);
                dimensions[i] = BinaryPrimitives.ReadInt32BigEndian(word);
                if (dimensions[i] <= 0 || (count *= dimensions[i]) > 1 << 30)
                    throw Broken(path, $"dimension {i} is {dimensions[i]}; more than 0, and at most {1 << 30} bytes in all, would be right");
            }

            return (dimensions, ReadAll(stream, (int)count, path));
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            throw new BarrelException(DataErrors.BrokenIdx, $"{path}: the idx file cannot be read: {e.Message.TrimEnd('.')}", e);
        }
    }

    // In steps: a header may promise more than the file holds.
    private static byte[] ReadAll(Stream stream, int count, string path)
    {
        using var data = new MemoryStream();
        var buffer = new byte[1 << 16];
        int read;
        while ((read = stream.Read(buffer, 0, buffer.Length)) > 0 && data.Length <= count)
            data.Write(buffer, 0, read);
        return data.Length == count ? data.ToArray()
            : throw Broken(path, $"the dimensions ask for {count} bytes, the file has {(data.Length > count ? "more" : $"{data.Length}")}");
    }

    private static bool IsImages(string path)
    {
        string name = Path.GetFileName(path);
        return name.Contains(ImagesPart, StringComparison.Ordinal) && name.Contains("idx3", StringComparison.Ordinal);
    }

    private static IdxFiles Pair(string images)
    {
        string name = Path.GetFileName(images);
        string labels = name.Replace(ImagesPart, LabelsPart, StringComparison.Ordinal).Replace("idx3", "idx1", StringComparison.Ordinal);
        return new IdxFiles(images, Path.Combine(Path.GetDirectoryName(images) ?? "", labels));
    }

    private static BarrelException Broken(string path, string what) => new(DataErrors.BrokenIdx, $"{path}: {what}");
}
