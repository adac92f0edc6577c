using TorchSharp;
using Barrel.Compiler.Quantizing;
using static TorchSharp.torch;

namespace Barrel.Compiler.Training.Grids;

/// <summary>
/// One of the compiler's grids of numbers, to round whole tensors with. The compiler's own function of one number is the only definition: the borders between
/// its levels are searched for among the floats, so both agree to the bit. Rounds |x| and gives the sign back.
/// </summary>
internal sealed class GridTable
{
    private static readonly Dictionary<(WeightScheme Scheme, int Bits), GridTable> Made = [];

    /// <summary>Beyond the full scale of range 0 nothing changes.</summary>
    private const float MostOf = 4;

    private static readonly Scalar NotANumber = Scalars.Of(double.NaN);

    private readonly Tensor _borders;
    private readonly Tensor _levels;

    private GridTable(Func<float, float> round, float most)
    {
        (float[] borders, float[] levels) = Search(round, most);
        _borders = tensor(borders).DetachFromDisposeScope();
        _levels = tensor(levels).DetachFromDisposeScope();
    }

    /// <summary>The grid of a scheme with full-scale range 0; ranges are powers of two and scale what is rounded.</summary>
    /// <param name="scheme">LogNet or Linear.</param>
    /// <param name="bits">Without the sign.</param>
    public static GridTable Of(WeightScheme scheme, int bits)
    {
        lock (Made)
        {
            if (!Made.TryGetValue((scheme, bits), out GridTable? table))
                Made[(scheme, bits)] = table = new GridTable(x => WeightSchemes.Function(scheme)(x, 0, bits), MostOf);
            return table;
        }
    }

    /// <summary>Rounds each number of a tensor; the gradient does not pass.</summary>
    /// <param name="values">Any shape.</param>
    /// <param name="range">Full-scale range, octaves.</param>
    public Tensor Round(Tensor values, int range)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable off = no_grad();
        Scalar up = Scalars.Of(Math.ScaleB(1, range));
        Tensor scaled = values.detach() * Scalars.Of(Math.ScaleB(1, -range));
        Tensor level = bucketize(scaled.abs(), _borders, outInt32: false, right: true);

        // The sign of what is no number is 0: it would be lost without a word.
        return _levels.take(level).mul_(scaled.sign()).mul_(up).masked_fill_(scaled.isnan(), NotANumber).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Levels of a rising function of 0 .. <paramref name="most"/>, and for each but the first the least float that reaches it: floats above 0 are in the
    /// order of their bits.
    /// </summary>
    private static (float[] Borders, float[] Levels) Search(Func<float, float> round, float most)
    {
        List<float> borders = [];
        List<float> levels = [round(0)];
        int at = 0;
        int end = BitConverter.SingleToInt32Bits(most);
        while (round(most) > levels[^1])
        {
            int low = at, high = end;
            while (high - low > 1)
            {
                int middle = low + ((high - low) / 2);
                if (round(BitConverter.Int32BitsToSingle(middle)) > levels[^1])
                    high = middle;
                else
                    low = middle;
            }

            borders.Add(BitConverter.Int32BitsToSingle(high));
            levels.Add(round(borders[^1]));
            at = high;
        }

        return ([.. borders], [.. levels]);
    }
}
