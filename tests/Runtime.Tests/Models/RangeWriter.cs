namespace Barrel.Runtime.Tests.Models;

/// <summary>
/// The range coder and its probabilities after the description in <c>ModelFormat.md</c>, apart from the compiler's: a carry runs back through the bytes,
/// and probabilities are kept by name.
/// </summary>
internal sealed class RangeWriter
{
    private readonly List<byte> _bytes = [];
    private readonly Dictionary<(string Field, int Index), (int Zero, int Seen)> _learned = [];
    private ulong _low;
    private ulong _range = 0xFFFFFFFF;

    /// <summary>Forgets the probabilities whose names begin so.</summary>
    public void Forget(string prefix)
    {
        foreach ((string, int) key in _learned.Keys.Where(k => k.Field.StartsWith(prefix, StringComparison.Ordinal)).ToArray())
            _learned.Remove(key);
    }

    public void Bit(string field, int index, bool one)
    {
        (int zero, int seen) = _learned.GetValueOrDefault((field, index), (1 << 15, 0));
        ulong bound = _range / 4096 * (ulong)(zero / 16);
        if (one)
        {
            Add(bound);
            _range -= bound;
        }
        else
        {
            _range = bound;
        }

        int slowness = seen switch { 0 => 2, <= 2 => 4, <= 6 => 8, <= 14 => 16, <= 30 => 32, _ => 64 };
        zero = one ? zero - (zero / slowness) : zero + ((65536 - zero) / slowness);
        _learned[(field, index)] = (zero, seen + 1);
        Grow();
    }

    public void Even(long value, int bits)
    {
        for (long unit = 1L << bits >> 1; unit > 0; unit /= 2)
        {
            _range /= 2;
            if (value / unit % 2 == 1)
                Add(_range);
            Grow();
        }
    }

    public byte[] Finish()
    {
        for (int i = 0; i < 4; i++)
        {
            _bytes.Add((byte)(_low >> 24));
            _low = (_low << 8) & 0xFFFFFFFF;
        }

        return [.. _bytes];
    }

    private void Add(ulong bound)
    {
        _low += bound;
        if (_low <= 0xFFFFFFFF)
            return;
        _low &= 0xFFFFFFFF;
        int at = _bytes.Count - 1;
        for (; _bytes[at] == 255; at--)
            _bytes[at] = 0;
        _bytes[at]++;
    }

    private void Grow()
    {
        while (_range < 1 << 24)
        {
            _bytes.Add((byte)(_low >> 24));
            _low = (_low << 8) & 0xFFFFFFFF;
            _range *= 256;
        }
    }
}
