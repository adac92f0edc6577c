namespace Barrel.ChipEmulator;

/// <summary>Flips bits of a line at random; skips from one to the next, so that rare errors cost nothing.</summary>
internal struct BitErrors(double rate, int seed, int line)
{
    private readonly SeededNoise noise = new(seed, NoisePurpose.BitErrors);
    private long drawn;
    private long bitsToNext = -1;

    /// <summary>Flips each bit with the line's probability.</summary>
    public void Apply(Span<byte> bytes)
    {
        if (rate == 0)
            return;
        if (bitsToNext < 0)
            bitsToNext = Draw();
        long bits = 8L * bytes.Length;
        while (bitsToNext < bits)
        {
            bytes[(int)(bitsToNext / 8)] ^= (byte)(0x80 >> (int)(bitsToNext % 8));
            bitsToNext += 1 + Draw();
        }

        bitsToNext -= bits;
    }

    /// <summary>Good bits before the next bad one: geometric.</summary>
    private long Draw()
    {
        if (rate >= 1)
            return 0;
        double bits = Math.Log(noise.Uniform(drawn++, line)) / Math.Log(1 - rate);
        return (long)Math.Min(bits, long.MaxValue / 4);
    }
}
