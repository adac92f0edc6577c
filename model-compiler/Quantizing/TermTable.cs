namespace Barrel.Compiler.Quantizing;

/// <summary>What a term costs in its layer, an add at each position, and a bit in the blob.</summary>
internal readonly record struct TermPrice(double Term, double Bit);

/// <summary>
/// The sums of up to <see cref="TermsMax"/> signed powers that a layer's weights are rounded to, and the bits that each takes in the blob. Bits follow the
/// layer's own statistics, as the adaptive coder does: how many weights are zero, how often each power leads, whether others follow it and how far below.
/// </summary>
internal sealed class TermTable
{
    /// <summary>Terms of a weight at most.</summary>
    public const int TermsMax = 3;

    private static readonly float[][] Values = [[0], SignedPowers.Table(1, 10), SignedPowers.Table(2, 10), SignedPowers.Table(3, 12)];

    private static readonly TermCode[][] Codes = [.. Values.Select(v => Array.ConvertAll(v, TermCode.Of))];

    private readonly float _scale;

    /// <summary>[terms at most][entry].</summary>
    private readonly float[][] _bits = [.. Values.Select(v => new float[v.Length])];

    public TermTable(float[] weights)
    {
        _scale = ScaleOf(weights);
        SetBits(new TermStatistics());
    }

    /// <summary>Nearest sums of up to <paramref name="terms"/> powers, for the few weights that no budget counts.</summary>
    public static float[] Nearest(float[] weights, int terms)
    {
        float scale = ScaleOf(weights);
        return Array.ConvertAll(weights, w => SignedPowers.Nearest(Values[terms], w / scale) * scale);
    }

    /// <summary>The power of two at or above the greatest weight.</summary>
    public static float ScaleOf(float[] weights)
    {
        float most = weights.Max(Math.Abs);
        return most == 0 ? 1 : MathF.ScaleB(1, ExactMath.CeilingLog2(most));
    }

    /// <summary>Terms that an entry of the sums of at most so many really takes.</summary>
    public static int TermsOf(int termsMax, int entry) => Codes[termsMax][entry].Terms;

    /// <summary>Which of the sums of at most so many terms is nearest to a weight.</summary>
    public int IndexOf(int termsMax, double weight) => SignedPowers.IndexOfNearest(Values[termsMax], (float)weight / _scale);

    /// <summary>A sum's value, without the sign.</summary>
    public double ValueOf(int termsMax, int entry) => Values[termsMax][entry] * _scale;

    /// <summary>Bits that a sum takes in the blob.</summary>
    public float BitsOf(int termsMax, int entry) => _bits[termsMax][entry];

    /// <summary>The sum of 0 to 3 terms for one weight of least cost·error² + what its terms and bits cost.</summary>
    public double Round(double weight, double cost, TermPrice price)
    {
        double best = 0;
        double least = (cost * weight * weight) + (price.Bit * _bits[0][0]);
        for (int t = 1; t <= TermsMax && price.Term * t < least; t++)
        {
            int entry = IndexOf(t, weight);

            // What takes fewer terms was tried before.
            if (TermsOf(t, entry) < t)
                continue;
            double sum = Math.CopySign(ValueOf(t, entry), weight);
            double error = weight - sum;
            double total = (cost * error * error) + (price.Term * t) + (price.Bit * _bits[t][entry]);
            if (total < least)
                (best, least) = (sum, total);
        }

        return best;
    }

    /// <summary>Takes the bits from how often each sum was chosen.</summary>
    public void Learn(IEnumerable<(int TermsMax, int Entry)> chosen)
    {
        TermStatistics seen = new();
        foreach ((int termsMax, int entry) in chosen)
            seen.Add(Codes[termsMax][entry]);
        SetBits(seen);
    }

    private void SetBits(TermStatistics seen)
    {
        for (int t = 0; t <= TermsMax; t++)
            for (int i = 0; i < _bits[t].Length; i++)
                _bits[t][i] = (float)seen.BitsOf(Codes[t][i]);

        // Where few weights are zero, a zero takes more bits than a power; dearer bits must not make more of them.
        _bits[0][0] = Math.Min(_bits[0][0], _bits.Skip(1).Min(b => b.Skip(1).Min()));
    }
}
