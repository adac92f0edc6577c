using System.Text;
using Barrel.Runtime;

namespace Barrel.Compiler.Packing;

/// <summary>Writes the fields of a blob; the twin of <c>BlobCursor</c>.</summary>
internal sealed class BlobBuilder
{
    private readonly AdaptiveBits _bits = new(Fields.Count * Fields.BitsEach);
    private readonly AdaptiveBits _textBits = new(Fields.TextBits);
    private readonly byte[][] _lastTexts = [.. Enumerable.Repeat(Array.Empty<byte>(), Fields.TextKinds)];
    private long _values;

    /// <summary>Where taps are written, between fields.</summary>
    public RangeEncoder Encoder { get; } = new();

    /// <summary>A number from <paramref name="min"/> on.</summary>
    public BlobBuilder Number(int context, long value, int min = 0)
    {
        long plusOne = value - min + 1;
        ArgumentOutOfRangeException.ThrowIfLessThan(plusOne, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(plusOne, 1L << Fields.LengthMax);
        _values++;
        int n = 63 - System.Numerics.BitOperations.LeadingZeroCount((ulong)plusOne);
        for (int i = 0; i < n; i++)
            Encoder.Bit(_bits, Fields.LengthBit(context, i), 1);
        Encoder.Bit(_bits, Fields.LengthBit(context, n), 0);
        if (n == 0)
            return this;
        Encoder.Bit(_bits, Fields.FirstBit(context, n), (int)(plusOne >> (n - 1)) & 1);
        Encoder.EvenBits((int)(plusOne & ((1L << (n - 1)) - 1)), n - 1);
        return this;
    }

    /// <summary>0, −1, 1, −2 ... are 0, 1, 2, 3 ...</summary>
    public BlobBuilder Signed(int context, long value) => Number(context, value < 0 ? (-value * 2) - 1 : value * 2);

    /// <summary>A number as its distance from the one that is expected.</summary>
    public BlobBuilder Near(int context, int value, int expected) => Signed(context, (long)value - expected);

    /// <summary>Counts values that were written past this builder.</summary>
    public void Spend(long values) => _values += values;

    /// <summary>UTF-8 text; what is outside the basic plane becomes '?'.</summary>
    public BlobBuilder Text(int kind, string text)
    {
        byte[] last = _lastTexts[kind];
        byte[] bytes = Encoding.UTF8.GetBytes(new string([.. text.Select(c => char.IsSurrogate(c) ? '?' : c)]));
        int most = Math.Min(bytes.Length, last.Length);
        int shared = 0;
        while (shared < most && bytes[shared] == last[shared])
            shared++;
        int ending = 0;
        while (ending < most - shared && bytes[^(ending + 1)] == last[^(ending + 1)])
            ending++;
        Number(Fields.TextShared, shared).Number(Fields.TextEnding, ending).Number(Fields.TextLength, bytes.Length - shared - ending);
        foreach (byte b in bytes.AsSpan(shared, bytes.Length - shared - ending))
        {
            int node = 1;
            for (int i = 7; i >= 0; i--)
            {
                int bit = (b >> i) & 1;
                Encoder.Bit(_textBits, node, bit);
                node = (node << 1) | bit;
            }
        }

        _values += bytes.Length;
        _lastTexts[kind] = bytes;
        return this;
    }

    /// <summary>The body behind its header, and zeros where a reader would hold so many values for damage.</summary>
    public byte[] ToBlob() => Finished(new byte[ModelFormat.HeaderBytes], 0);

    /// <summary>A blob with these fields as a second stream behind its own, and where it begins in the last four bytes.</summary>
    /// <param name="blob">A blob of one stream.</param>
    /// <param name="flag">Says in the header that there is a second one.</param>
    public byte[] AppendTo(ReadOnlySpan<byte> blob, int flag) => Finished(blob, flag);

    private byte[] Finished(ReadOnlySpan<byte> before, int flag)
    {
        byte[] body = Encoder.Finish();
        int end = flag == 0 ? 0 : sizeof(int);
        int length = before.Length + body.Length + end;
        while (ModelFormat.ValuesMax(length) < _values)
            length++;
        byte[] blob = new byte[length];
        before.CopyTo(blob);
        body.CopyTo(blob, before.Length);
        if (flag != 0)
            BitConverter.TryWriteBytes(blob.AsSpan(length - end), before.Length);
        BitConverter.TryWriteBytes(blob.AsSpan(0), ModelFormat.Magic);
        BitConverter.TryWriteBytes(blob.AsSpan(4), (ushort)ModelFormat.Version);
        BitConverter.TryWriteBytes(blob.AsSpan(6), (ushort)flag);
        BitConverter.TryWriteBytes(blob.AsSpan(8), (uint)length);
        BitConverter.TryWriteBytes(blob.AsSpan(12), Crc32C.Compute(blob, ModelFormat.HeaderBytes, length - ModelFormat.HeaderBytes));
        return blob;
    }
}
