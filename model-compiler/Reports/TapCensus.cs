using Barrel.Runtime;

namespace Barrel.Compiler.Reports;

/// <summary>Counts over the taps of one layer, read out of the blob.</summary>
internal sealed class TapCensus
{
    private readonly long[] _plus = new long[ModelFormat.ExponentMax + 1];
    private readonly long[] _minus = new long[ModelFormat.ExponentMax + 1];
    private readonly List<long> _weightsByTerms = [];

    private TapCensus()
    {
    }

    /// <summary>[exponent]: taps that are added. Exponents count octaves above the unit of the layer's sums.</summary>
    public IReadOnlyList<long> Plus => _plus;

    /// <summary>[exponent]: taps that are subtracted.</summary>
    public IReadOnlyList<long> Minus => _minus;

    /// <summary>[n]: weights that are a sum of n taps; zeros are [0].</summary>
    public IReadOnlyList<long> WeightsByTerms => _weightsByTerms;

    /// <summary>Shifts of the sums for one position, over all rows: one wherever a row goes on to a lower exponent, and one from its lowest to the unit.</summary>
    public long Shifts { get; private set; }

    /// <summary>Times that a byte lane is emptied into a 16-bit one for one position, over all rows; 0 where no byte lanes are used.</summary>
    public long LaneMoves { get; private set; }

    public static TapCensus Of(Model model, TapLayer layer)
    {
        TapCensus census = new();
        int addsInByte = TapProgram.FitsBytes(model, layer) ? 255 / TapProgram.CodeMaxOf(model, layer) : 0;
        int weightsInRow = layer.InputChannels / layer.Groups * layer.KernelHeight * layer.KernelWidth;
        int[] terms = new int[weightsInRow];
        TapReader taps = new(model, layer);
        for (int row = 0; row < layer.Rows; row++)
        {
            Array.Clear(terms);
            census.AddRow(taps, terms, addsInByte);
            foreach (int count in terms)
                census.AddWeight(count);
        }

        return census;
    }

    private void AddRow(TapReader taps, int[] terms, int addsInByte)
    {
        int exponent = -1;
        int runs = taps.BeginRow();
        for (int run = 0; run < runs; run++)
        {
            int count = taps.BeginRun();
            if (exponent >= 0 && taps.Exponent != exponent)
                Shifts++;
            exponent = taps.Exponent;
            (taps.Negative ? _minus : _plus)[exponent] += count;
            if (addsInByte > 0)
                LaneMoves += (count + addsInByte - 1) / addsInByte;
            for (int i = 0; i < count; i++)
                terms[taps.NextTap()]++;
        }

        if (exponent > 0)
            Shifts++;
    }

    private void AddWeight(int terms)
    {
        while (_weightsByTerms.Count <= terms)
            _weightsByTerms.Add(0);
        _weightsByTerms[terms]++;
    }
}
