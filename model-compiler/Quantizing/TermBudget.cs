using Barrel.Compiler.Lowering;

namespace Barrel.Compiler.Quantizing;

/// <summary>
/// Chooses 0, 1 or 2 terms for each weight: least importance·error² + λ·terms, with one λ for the whole network so that its adds meet the budget.
/// </summary>
internal sealed class TermBudget
{
    private static readonly float[][] Tables = [[0], SignedPowers.Table(1, 10), SignedPowers.Table(2, 10), SignedPowers.Table(3, 12)];

    private readonly List<Entry> _entries = [];

    /// <summary>A layer's share: its weights, and what an error in each costs the network.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="weights">Its weights.</param>
    /// <param name="importance">One a weight: error squared times this is comparable between layers.</param>
    /// <param name="positions">Adds that one term takes in a frame.</param>
    public void Add(LinearLayer layer, float[] weights, double[] importance, long positions) =>
        _entries.Add(new Entry(layer, weights, importance, positions));

    /// <summary>Weights of every layer at a price; the budget is met from below.</summary>
    /// <param name="addsMax">Adds that all entries together may take in a frame.</param>
    public Dictionary<LinearLayer, float[]> Spend(double addsMax)
    {
        double low = -80;
        double high = 60;
        for (int i = 0; i < 40; i++)
        {
            double middle = (low + high) / 2;
            if (_entries.Sum(e => e.AddsAt(Math.Pow(2, middle))) > addsMax)
                low = middle;
            else
                high = middle;
        }

        return _entries.ToDictionary(e => e.Layer, e => e.WeightsAt(Math.Pow(2, high)));
    }

    /// <summary>Nearest sums of up to <paramref name="terms"/> powers, for the few weights that no budget counts.</summary>
    public static float[] Nearest(float[] weights, int terms)
    {
        float scale = ScaleOf(weights);
        return Array.ConvertAll(weights, w => SignedPowers.Nearest(Tables[terms], w / scale) * scale);
    }

    private static float ScaleOf(float[] weights)
    {
        float most = weights.Max(Math.Abs);
        return most == 0 ? 1 : MathF.ScaleB(1, (int)MathF.Ceiling(MathF.Log2(most)));
    }

    private sealed class Entry
    {
        private readonly float[] _one;
        private readonly float[] _two;
        private readonly byte[] _twoTerms;
        private readonly double[] _zeroCost;
        private readonly double[] _oneCost;
        private readonly double[] _twoCost;
        private readonly long _positions;

        public Entry(LinearLayer layer, float[] weights, double[] importance, long positions)
        {
            Layer = layer;
            _positions = positions;
            float scale = ScaleOf(weights);
            _one = Array.ConvertAll(weights, w => SignedPowers.Nearest(Tables[1], w / scale) * scale);
            _two = Array.ConvertAll(weights, w => SignedPowers.Nearest(Tables[2], w / scale) * scale);
            _twoTerms = Array.ConvertAll(_two, w => (byte)SignedPowers.CountTerms(w));
            _zeroCost = Cost(weights, weights, importance, 0);
            _oneCost = Cost(weights, _one, importance, 1);
            _twoCost = Cost(weights, _two, importance, 1);
        }

        public LinearLayer Layer { get; }

        public double AddsAt(double price)
        {
            long terms = 0;
            for (int i = 0; i < _one.Length; i++)
                terms += TermsAt(i, price);
            return (double)terms * _positions;
        }

        public float[] WeightsAt(double price)
        {
            float[] chosen = new float[_one.Length];
            for (int i = 0; i < chosen.Length; i++)
            {
                int terms = TermsAt(i, price);
                chosen[i] = terms == 0 ? 0 : terms == 1 && _twoTerms[i] != 1 ? _one[i] : _two[i];
            }

            return chosen;
        }

        private static double[] Cost(float[] weights, float[] quantized, double[] importance, int factor)
        {
            double[] cost = new double[weights.Length];
            for (int i = 0; i < cost.Length; i++)
            {
                double error = weights[i] - ((double)quantized[i] * factor);
                cost[i] = importance[i] * error * error;
            }

            return cost;
        }

        private int TermsAt(int i, double price)
        {
            // The price is an add's, and a term is added at every position; the importance is already relative to the layer's output.
            double term = price * _positions;
            double zero = _zeroCost[i];
            double one = _one[i] == 0 ? double.PositiveInfinity : _oneCost[i] + term;
            double two = _two[i] == 0 ? double.PositiveInfinity : _twoCost[i] + (term * _twoTerms[i]);
            return zero <= one && zero <= two ? 0 : one <= two ? 1 : _twoTerms[i];
        }
    }
}
