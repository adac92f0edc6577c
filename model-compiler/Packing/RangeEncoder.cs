using Barrel.Runtime;

namespace Barrel.Compiler.Packing;

/// <summary>Writes the stream that <see cref="RangeDecoder"/> reads: the low end of the range, with carries into bytes that wait for them.</summary>
public sealed class RangeEncoder
{
    private readonly List<byte> _bytes = [];
    private ulong _low;
    private uint _range = uint.MaxValue;
    private byte _first;
    private long _waiting;
    private bool _hasFirst;

    public void Bit(AdaptiveBits bits, int index, int bit)
    {
        uint bound = (_range >> AdaptiveBits.CodedBits) * (uint)bits.ZeroOf(index);
        if (bit == 0)
        {
            _range = bound;
        }
        else
        {
            _low += bound;
            _range -= bound;
        }

        bits.Learn(index, bit);
        Settle();
    }

    /// <summary>So many bits that are as likely 0 as 1, the highest first.</summary>
    public void EvenBits(int value, int count)
    {
        for (int i = count - 1; i >= 0; i--)
        {
            _range >>= 1;
            if (((value >> i) & 1) != 0)
                _low += _range;
            Settle();
        }
    }

    /// <summary>The whole stream; nothing can be written afterwards.</summary>
    public byte[] Finish()
    {
        for (int i = 0; i < 5; i++)
            ShiftOut();
        return [.. _bytes];
    }

    private void Settle()
    {
        while (_range < 1u << RangeDecoder.RangeBitsMin)
        {
            _range <<= 8;
            ShiftOut();
        }
    }

    /// <summary>Moves the top byte of low out. A carry can still reach it, and through it as many 0xFF as follow, so these wait.</summary>
    private void ShiftOut()
    {
        if (_low is < 0xFF000000 or > uint.MaxValue)
        {
            int carry = (int)(_low >> 32);
            // Before the first byte there is nothing: the stream's value is below 1, so no carry leaves it.
            if (_hasFirst)
                _bytes.Add((byte)(_first + carry));
            for (; _waiting > 0; _waiting--)
                _bytes.Add((byte)(0xFF + carry));
            _first = (byte)(_low >> 24);
            _hasFirst = true;
        }
        else
        {
            _waiting++;
        }

        _low = (_low & 0x00FFFFFF) << 8;
    }
}
