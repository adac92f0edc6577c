using System.Text;
using Barrel.Runtime;

namespace Barrel.Compiler.Packing;

/// <summary>Writes the fields of a blob; the twin of <c>BlobCursor</c>.</summary>
internal sealed class BlobBuilder
{
    private readonly List<byte> _bytes = [];

    public int Count => _bytes.Count;

    public BlobBuilder Byte(int value)
    {
        _bytes.Add(checked((byte)value));
        return this;
    }

    public BlobBuilder Varint(long value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        for (; value >= 0x80; value >>= 7)
            _bytes.Add((byte)(value | 0x80));
        _bytes.Add((byte)value);
        return this;
    }

    /// <summary>Zigzag: 0, −1, 1, −2 ...</summary>
    public BlobBuilder SignedVarint(long value) => Varint(value < 0 ? (-value * 2) - 1 : value * 2);

    public BlobBuilder UInt64(ulong value)
    {
        for (int i = 0; i < 8; i++)
            _bytes.Add((byte)(value >> (8 * i)));
        return this;
    }

    public BlobBuilder Bytes(IEnumerable<byte> bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    /// <summary>UTF-8 behind its length; what is outside the basic plane becomes '?'.</summary>
    public BlobBuilder Text(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(new string([.. text.Select(c => char.IsSurrogate(c) ? '?' : c)]));
        return Varint(bytes.Length).Bytes(bytes);
    }

    /// <summary>The body behind its header.</summary>
    public byte[] ToBlob()
    {
        byte[] blob = new byte[ModelFormat.HeaderBytes + _bytes.Count];
        _bytes.CopyTo(blob, ModelFormat.HeaderBytes);
        BitConverter.TryWriteBytes(blob.AsSpan(0), ModelFormat.Magic);
        BitConverter.TryWriteBytes(blob.AsSpan(4), (ushort)ModelFormat.Version);
        BitConverter.TryWriteBytes(blob.AsSpan(8), (uint)blob.Length);
        BitConverter.TryWriteBytes(blob.AsSpan(12), Crc32C.Compute(blob, ModelFormat.HeaderBytes, _bytes.Count));
        return blob;
    }

    public byte[] ToArray() => [.. _bytes];
}
