using System.Buffers.Binary;
using System.IO.Compression;

namespace Barrel.Compiler.Data;

/// <summary>
/// Refuses a PNG whose packed data is far more than its size says. A file of 2 MB can unpack to 2 GB, and the decoder unpacks all of it
/// before it looks.
/// </summary>
internal static class PngData
{
    /// <summary>Deflate makes at most so many bytes of one.</summary>
    private const int GrowthMax = 1032;

    private const int ChunkOverhead = 12;
    private static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10];

    /// <param name="file">The file, of any kind.</param>
    /// <param name="width">Its width in pixels, as its header says.</param>
    /// <param name="height">Its height.</param>
    /// <exception cref="InvalidDataException">It unpacks to more, or not at all.</exception>
    public static void Check(byte[] file, int width, int height)
    {
        if (!file.AsSpan().StartsWith(Signature))
            return;

        // Four channels of 16 bits; a filter byte a row, in seven passes at most.
        long bytesMax = ((long)width * height * 8) + (16L * height) + 1024;
        using var packed = new MemoryStream();
        for (int at = Signature.Length; at + ChunkOverhead <= file.Length;)
        {
            uint length = BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(at));
            int data = at + 8;
            int taken = (int)Math.Min(length, file.Length - data);
            if (file.AsSpan(at + 4, 4).SequenceEqual("IDAT"u8))
                packed.Write(file, data, taken);
            if (length > file.Length - data - 4)
                break;
            at = data + taken + 4;
        }

        if (packed.Length * GrowthMax <= bytesMax)
            return;
        packed.Position = 0;
        using var unpacked = new ZLibStream(packed, CompressionMode.Decompress);
        var buffer = new byte[1 << 16];
        int read;
        for (long total = 0; (read = unpacked.Read(buffer)) > 0;)
        {
            if ((total += read) > bytesMax)
                throw new InvalidDataException($"its data unpacks to more than its {width}x{height} pixels take");
        }
    }
}
