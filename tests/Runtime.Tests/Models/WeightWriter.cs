namespace Barrel.Runtime.Tests.Models;

/// <summary>Writes the weights of one layer after <c>ModelFormat.md</c>, means as numbers of 1/256.</summary>
internal sealed class WeightWriter
{
    private readonly RangeWriter _stream;
    private readonly TapLayer _layer;
    private readonly List<(int Exponent, bool Negative)>[][] _rows;
    private readonly int _area;

    public WeightWriter(RangeWriter stream, Model model, TapLayer layer, List<TestTap>[] taps)
    {
        _stream = stream;
        _layer = layer;
        _area = layer.KernelHeight * layer.KernelWidth;

        // Either way is right where the window is small enough; take the relative one wherever it is.
        _rows = Relatively(model, taps, true);
        Measure();
        Relative = Levels <= 64 && Lowest is >= -1000 and <= 1000;
        if (Relative)
            return;
        _rows = Relatively(model, taps, false);
        Measure();
    }

    public bool Relative { get; }

    public int Lowest { get; private set; }

    public int Levels { get; private set; }

    public void Write()
    {
        _stream.Forget("weight");
        int width = _layer.KernelWidth;
        int fanIn = _rows.Length == 0 ? 0 : _rows[0].Length;
        int[] ofIndex = new int[fanIn];
        int[] ofChannel = new int[fanIn / _area];
        int[] before = new int[fanIn];
        int slow = 512;
        for (int r = 0; r < _rows.Length; r++)
        {
            int fast = slow;
            int[] levels = new int[fanIn];
            List<(int Exponent, bool Negative)> last = [];
            for (int i = 0; i < fanIn; i++)
            {
                List<(int Exponent, bool Negative)> weight = _rows[r][i];
                int inKernel = i % _area;
                int index = r == 0 ? fast : ofIndex[i];
                int channel = r == 0 ? fast : ofChannel[i / _area];
                int expected = Math.Min(31, (Floor(fast, 2) + Floor(slow, 8) + Floor(index, 4) + Floor(channel, 8) + 64) / 128);
                bool diagonal = i > 0 && before[i - 1] != 0;
                _stream.Bit("weight zero", (expected * 2) + (diagonal ? 1 : 0), weight.Count == 0);
                if (weight.Count > 0)
                {
                    bool again = weight.SequenceEqual(last);
                    if (last.Count >= 3)
                        _stream.Bit("weight repeat", 0, again);
                    levels[i] = weight[0].Exponent - Lowest + 2;
                    if (last.Count < 3 || !again)
                        Terms(weight, levels[i], inKernel % width == 0 ? [] : _rows[r][i - 1], inKernel < width ? [] : _rows[r][i - width]);
                    last = weight;
                }

                int now = levels[i] * 256;
                fast += Floor(now - fast, 8);
                slow += Floor(now - slow, 64);
                ofIndex[i] += Floor(now - ofIndex[i], r == 0 ? 1 : r < 3 ? 2 : 4);
                ofChannel[i / _area] += Floor(now - ofChannel[i / _area], r > 0 ? 16 : inKernel == 0 ? 1 : 4);
            }

            before = levels;
        }
    }

    private static int Floor(int value, int divisor) => (int)Math.Floor((double)value / divisor);

    private void Terms(
        List<(int Exponent, bool Negative)> weight, int level, List<(int Exponent, bool Negative)> left, List<(int Exponent, bool Negative)> above)
    {
        for (int l = Levels + 1; l >= Math.Max(level, 3); l--)
            _stream.Bit("weight level", Math.Min(l, 31), l == level);
        _stream.Bit("weight sign", (3 * Sign(left)) + Sign(above), weight[0].Negative);
        for (int t = 1; t <= weight.Count; t++)
        {
            int kind = t == 1 ? Math.Min(level, 31) : Math.Min(t, 3) + 30;
            _stream.Bit("weight more", kind, t < weight.Count);
            if (t == weight.Count)
                break;
            int below = weight[t - 1].Exponent - weight[t].Exponent - 1;
            for (int step = 0; step <= below; step++)
                _stream.Bit("weight distance", (kind * 8) + Math.Min(step, 7), step == below);
            _stream.Bit("weight other sign", (kind * 4) + Math.Min(below, 3), weight[t].Negative != weight[t - 1].Negative);
        }

        static int Sign(List<(int Exponent, bool Negative)> neighbour) => neighbour.Count == 0 ? 0 : neighbour[0].Negative ? 2 : 1;
    }

    private List<(int Exponent, bool Negative)>[][] Relatively(Model model, List<TestTap>[] taps, bool relative)
    {
        int channels = _layer.Inputs.Sum(i => i.Channels) / _layer.Groups;
        int[] scales = [.. _layer.Inputs.SelectMany(i => Enumerable.Range(i.FirstChannel, i.Channels).Select(c => model.Tensors[i.Tensor].ScaleExponentOf(c)))];
        return [.. taps.Select((row, r) =>
        {
            int unit = _layer.Mode != AccumulatorLayer.ModeRequantize
                ? 0
                : model.Tensors[_layer.Output].ScaleExponentOf(r / (_layer.PhaseY * _layer.PhaseX)) - _layer.Shift[r];
            int first = r / (_layer.Rows / _layer.Groups) * channels;
            List<(int Exponent, bool Negative)>[] weights = [.. Enumerable.Range(0, channels * _area).Select(_ => new List<(int Exponent, bool Negative)>())];
            foreach (TestTap tap in row.OrderByDescending(t => t.Exponent))
                weights[tap.Index].Add((tap.Exponent - (relative ? scales[first + (tap.Index / _area)] - unit : 0), tap.Negative));
            return weights;
        })];
    }

    private void Measure()
    {
        int[] leading = [.. _rows.SelectMany(r => r).Where(w => w.Count > 0).Select(w => w[0].Exponent).DefaultIfEmpty()];
        Lowest = leading.Min();
        Levels = leading.Max() - Lowest + 1;
    }
}
