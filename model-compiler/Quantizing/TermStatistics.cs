namespace Barrel.Compiler.Quantizing;

/// <summary>What the blob's coder codes of a weight: its terms, the octave of the greatest, and how far each of the others lies below the one before.</summary>
internal readonly record struct TermCode(int Terms, int Lead, int Second, int Third)
{
    /// <param name="share">The weight over the layer's greatest power, not negative; sums of three terms reach 3.</param>
    public static TermCode Of(float share)
    {
        Span<int> exponents = stackalloc int[16];
        Span<bool> negative = stackalloc bool[16];
        int terms = SignedPowers.Decompose(share, exponents, negative);
        return new TermCode(
            terms,
            terms > 0 ? 2 - exponents[0] : 0,
            terms > 1 ? exponents[0] - exponents[1] : 0,
            terms > 2 ? exponents[1] - exponents[2] : 0);
    }
}

/// <summary>How often a layer's weights had each property that the coder codes, and so what each takes. A sign takes a bit.</summary>
internal sealed class TermStatistics
{
    private const int Octaves = 16;

    /// <summary>What an adaptive coder begins with, undecided.</summary>
    private const double Start = 0.5;

    private readonly double[] _isZero = Fresh(2);
    private readonly double[] _lead = Fresh(Octaves);
    private readonly double[] _hasSecond = Fresh(2);
    private readonly double[] _hasThird = Fresh(2);
    private readonly double[] _distance = Fresh(Octaves);

    public void Add(TermCode code)
    {
        _isZero[code.Terms == 0 ? 1 : 0]++;
        if (code.Terms == 0)
            return;
        _lead[code.Lead]++;
        _hasSecond[code.Terms > 1 ? 1 : 0]++;
        if (code.Terms == 1)
            return;
        _distance[code.Second]++;
        _hasThird[code.Terms > 2 ? 1 : 0]++;
        if (code.Terms > 2)
            _distance[code.Third]++;
    }

    public double BitsOf(TermCode code)
    {
        if (code.Terms == 0)
            return Bits(_isZero, 1);
        double bits = Bits(_isZero, 0) + Bits(_lead, code.Lead) + Bits(_hasSecond, code.Terms > 1 ? 1 : 0) + code.Terms;
        if (code.Terms > 1)
            bits += Bits(_distance, code.Second) + Bits(_hasThird, code.Terms > 2 ? 1 : 0);
        if (code.Terms > 2)
            bits += Bits(_distance, code.Third);
        return bits;
    }

    private static double[] Fresh(int count)
    {
        double[] made = new double[count];
        Array.Fill(made, Start);
        return made;
    }

    private static double Bits(double[] counts, int i) => ExactMath.Log2(counts.Sum() / counts[i]);
}
