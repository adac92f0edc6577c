using Barrel.Compiler.Lowering;

namespace Barrel.Compiler.Quantizing;

/// <summary>
/// Chooses 0 to 3 terms for each weight: least importance·error² + λ·terms, with one λ for the whole network so that its adds meet the budget.
/// </summary>
/// <param name="storageShare">Storage of a term relative to the adds of an average one.</param>
internal sealed class TermBudget(double storageShare)
{
    /// <summary>Terms of a weight at most.</summary>
    private const int TermsMax = 3;

    private static readonly float[][] Tables = [[0], SignedPowers.Table(1, 10), SignedPowers.Table(2, 10), SignedPowers.Table(3, 12)];

    private readonly List<Entry> _entries = [];
    private double _meanPositions;
    private long _weights;
    private double _lastPrice = -10;
    private bool _priced;

    /// <summary>A layer's share: its weights, and what an error in each costs the network.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="weights">Its weights.</param>
    /// <param name="importance">One a weight: error squared times this is comparable between layers.</param>
    /// <param name="positions">Adds that one term takes in a frame.</param>
    public void Add(LinearLayer layer, float[] weights, double[] importance, long positions)
    {
        _entries.Add(new Entry(layer, weights, importance, positions));
        _meanPositions += (positions - _meanPositions) * weights.Length / (_weights += weights.Length);
    }

    /// <summary>
    /// The price of an add at which the layers that are not rounded yet would spend just what is left of the budget. Error feedback shifts what a layer
    /// really takes, so the price is found anew before each.
    /// </summary>
    /// <param name="addsLeft">Adds that all entries together may still take in a frame.</param>
    public double PriceFor(double addsLeft)
    {
        double low = _lastPrice - (_priced ? 4 : 80);
        double high = _lastPrice + (_priced ? 4 : 80);
        for (int i = 0; i < (_priced ? 14 : 30); i++)
        {
            double middle = (low + high) / 2;
            if (AddsAt(ExactMath.Exp2(middle)) > addsLeft)
                low = middle;
            else
                high = middle;
        }

        _lastPrice = high;
        _priced = true;
        return ExactMath.Exp2(high);
    }

    /// <summary>Whole numbers far below 2^53: their sum is the same in any order.</summary>
    private double AddsAt(double price)
    {
        double[] adds = new double[_entries.Count];
        Parallel.For(0, adds.Length, i => adds[i] = AddsOf(_entries[i], price));
        return adds.Sum();
    }

    /// <summary>
    /// What a term costs: an add at every position, and its bits in flash, which are stored and read once whatever the layer's size.
    /// </summary>
    public double PriceOfTerm(double price, long positions) => price * (positions + (storageShare * _meanPositions));

    /// <summary>What a layer would take at a price.</summary>
    public double AddsOf(LinearLayer layer, double price) => AddsOf(_entries.Find(e => e.Layer == layer)!, price);

    private double AddsOf(Entry entry, double price) => entry.AddsAt(PriceOfTerm(price, entry.Positions));

    /// <summary>Takes a layer out: it is rounded.</summary>
    public void Remove(LinearLayer layer) => _entries.RemoveAll(e => e.Layer == layer);

    /// <summary>
    /// The best of 0 to 3 terms for one weight: least cost·error² + price·terms.
    /// </summary>
    /// <param name="scale">The layer's greatest power, from <see cref="ScaleOf"/>.</param>
    public static double Round(double weight, float scale, double cost, double price)
    {
        float w = (float)weight;
        double best = 0;
        double least = cost * weight * weight;
        for (int t = 1; t <= TermsMax && price * t < least; t++)
        {
            float q = SignedPowers.Nearest(Tables[t], w / scale) * scale;
            double error = weight - q;
            double total = (cost * error * error) + (price * (t == 1 ? 1 : SignedPowers.CountTerms(q)));
            if (q != 0 && total < least)
                (best, least) = (q, total);
        }

        return best;
    }

    /// <summary>Nearest sums of up to <paramref name="terms"/> powers, for the few weights that no budget counts.</summary>
    public static float[] Nearest(float[] weights, int terms)
    {
        float scale = ScaleOf(weights);
        return Array.ConvertAll(weights, w => SignedPowers.Nearest(Tables[terms], w / scale) * scale);
    }

    /// <summary>The power of two at or above the greatest weight.</summary>
    public static float ScaleOf(float[] weights)
    {
        float most = weights.Max(Math.Abs);
        return most == 0 ? 1 : MathF.ScaleB(1, ExactMath.CeilingLog2(most));
    }

    private sealed class Entry
    {
        /// <summary>[terms][weight]: importance·error² with the nearest sum of at most so many terms.</summary>
        private readonly double[][] _costs;

        /// <summary>[terms][weight]: terms that the sum really takes.</summary>
        private readonly byte[][] _counts;
        private readonly long _positions;

        public Entry(LinearLayer layer, float[] weights, double[] importance, long positions)
        {
            Layer = layer;
            _positions = positions;
            _costs = new double[TermsMax + 1][];
            _counts = new byte[TermsMax + 1][];
            float scale = ScaleOf(weights);
            for (int t = 0; t <= TermsMax; t++)
            {
                _costs[t] = new double[weights.Length];
                _counts[t] = new byte[weights.Length];
                for (int i = 0; i < weights.Length; i++)
                {
                    float q = SignedPowers.Nearest(Tables[t], weights[i] / scale) * scale;
                    double error = weights[i] - q;
                    _costs[t][i] = importance[i] * error * error;
                    _counts[t][i] = (byte)SignedPowers.CountTerms(q);
                }
            }
        }

        public LinearLayer Layer { get; }

        public long Positions => _positions;

        /// <param name="term">What a term costs; the importance is of the layer's whole output.</param>
        public double AddsAt(double term)
        {
            long terms = 0;
            for (int i = 0; i < _costs[0].Length; i++)
            {
                double least = _costs[0][i];
                int taken = 0;
                for (int t = 1; t <= TermsMax; t++)
                {
                    double cost = _costs[t][i] + (term * _counts[t][i]);
                    if (cost < least)
                        (least, taken) = (cost, _counts[t][i]);
                }

                terms += taken;
            }

            return (double)terms * _positions;
        }
    }
}
