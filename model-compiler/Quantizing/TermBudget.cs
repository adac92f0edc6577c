using Barrel.Compiler.Lowering;

namespace Barrel.Compiler.Quantizing;

/// <summary>
/// Chooses 0 to 3 terms for each weight: least importance·error² + price·(adds + bits in the blob), with one price for the whole network so that its adds
/// meet the budget.
/// </summary>
/// <param name="storageShare">What an average term's bits cost, relative to its adds.</param>
internal sealed class TermBudget(double storageShare)
{
    /// <summary>Bits that a term takes in a blob, about.</summary>
    private const double BitsOfTerm = 5;

    /// <summary>Times that the bits are taken anew from what was chosen with those before; they hardly change after.</summary>
    private const int Learnings = 3;

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
        for (int i = 0; i < Learnings && !_priced; i++)
        {
            double price = Search(addsLeft, _lastPrice - 80, _lastPrice + 80, 30);
            Parallel.ForEach(_entries, e => e.Learn(PriceIn(e, price)));
        }

        _priced = true;
        return Search(addsLeft, _lastPrice - 4, _lastPrice + 4, 14);
    }

    /// <summary>What a layer would take at a price.</summary>
    public double AddsOf(LinearLayer layer, double price) => AddsOf(Find(layer), price);

    /// <summary>
    /// What its terms cost a layer: an add at every position, and their bits in flash, which are stored and read once whatever the layer's size.
    /// </summary>
    public TermPrice PriceIn(LinearLayer layer, double price) => PriceIn(Find(layer), price);

    /// <summary>What a layer's weights are rounded to.</summary>
    public TermTable TableOf(LinearLayer layer) => Find(layer).Table;

    /// <summary>Takes a layer out: it is rounded.</summary>
    public void Remove(LinearLayer layer) => _entries.RemoveAll(e => e.Layer == layer);

    private double Search(double addsLeft, double low, double high, int halvings)
    {
        for (int i = 0; i < halvings; i++)
        {
            double middle = (low + high) / 2;
            if (AddsAt(ExactMath.Exp2(middle)) > addsLeft)
                low = middle;
            else
                high = middle;
        }

        _lastPrice = high;
        return ExactMath.Exp2(high);
    }

    /// <summary>Whole numbers far below 2^53: their sum is the same in any order.</summary>
    private double AddsAt(double price)
    {
        double[] adds = new double[_entries.Count];
        Parallel.For(0, adds.Length, i => adds[i] = AddsOf(_entries[i], price));
        return adds.Sum();
    }

    private Entry Find(LinearLayer layer) => _entries.Find(e => e.Layer == layer)!;

    private TermPrice PriceIn(Entry entry, double price) => new(price * entry.Positions, price * storageShare * _meanPositions / BitsOfTerm);

    private double AddsOf(Entry entry, double price) => entry.AddsAt(PriceIn(entry, price));

    private sealed class Entry
    {
        private const int Choices = TermTable.TermsMax + 1;

        /// <summary>[weight·choices + terms at most]: importance·error² with the nearest sum of at most so many terms.</summary>
        private readonly double[] _costs;

        /// <summary>[weight·choices + terms at most]: which sum that is.</summary>
        private readonly ushort[] _sums;

        public Entry(LinearLayer layer, float[] weights, double[] importance, long positions)
        {
            Layer = layer;
            Positions = positions;
            Table = new TermTable(weights);
            _costs = new double[weights.Length * Choices];
            _sums = new ushort[weights.Length * Choices];
            for (int i = 0; i < _costs.Length; i++)
            {
                float weight = weights[i / Choices];
                int sum = Table.IndexOf(i % Choices, weight);
                double error = Math.Abs(weight) - Table.ValueOf(i % Choices, sum);
                _costs[i] = importance[i / Choices] * error * error;
                _sums[i] = (ushort)sum;
            }
        }

        public LinearLayer Layer { get; }

        public long Positions { get; }

        public TermTable Table { get; }

        /// <summary>Adds that the layer takes in a frame.</summary>
        public double AddsAt(TermPrice price)
        {
            long terms = 0;
            for (int first = 0; first < _costs.Length; first += Choices)
            {
                int chosen = Choose(first, price);
                terms += TermTable.TermsOf(chosen, _sums[first + chosen]);
            }

            return (double)terms * Positions;
        }

        public void Learn(TermPrice price) => Table.Learn(
            Enumerable.Range(0, _costs.Length / Choices).Select(i =>
            {
                int chosen = Choose(i * Choices, price);
                return (chosen, (int)_sums[(i * Choices) + chosen]);
            }).ToArray());

        private int Choose(int first, TermPrice price)
        {
            int best = 0;
            double least = double.PositiveInfinity;
            for (int t = 0; t < Choices; t++)
            {
                int sum = _sums[first + t];
                double cost = _costs[first + t] + (price.Term * TermTable.TermsOf(t, sum)) + (price.Bit * Table.BitsOf(t, sum));
                if (cost < least)
                    (least, best) = (cost, t);
            }

            return best;
        }
    }
}
