using System.Globalization;

namespace Barrel.Compiler.Reports.Html;

/// <summary>From values to pixels of a chart, with round ticks.</summary>
internal sealed class Axis
{
    private readonly double _low;
    private readonly double _high;
    private readonly double _from;
    private readonly double _to;
    private readonly int _decimals;

    private Axis(double low, double high, double step, double from, double to)
    {
        (_low, _high, _from, _to) = (low, high, from, to);
        _decimals = Math.Max(0, -(int)Math.Floor(Math.Log10(step) + 1e-9));
        int first = (int)Math.Ceiling((low / step) - 1e-9);
        int last = (int)Math.Floor((high / step) + 1e-9);
        Ticks = [.. Enumerable.Range(first, last - first + 1).Select(i => i * step)];
    }

    public IReadOnlyList<double> Ticks { get; }

    /// <summary>An axis from tick to tick that holds all values.</summary>
    /// <param name="values">At least one, finite.</param>
    /// <param name="from">Pixel of its low end.</param>
    /// <param name="to">Pixel of its high end.</param>
    /// <param name="endsAtGreatest">True: its high end is the greatest value, not the next tick.</param>
    public static Axis Over(IReadOnlyCollection<double> values, double from, double to, bool endsAtGreatest = false)
    {
        double low = values.Min();
        double high = values.Max();
        double span = Math.Max(high - low, Math.Max(1e-3, Math.Abs(high) * 0.02));
        double rough = span / 4;
        double power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        double step = new[] { 1, 2, 5, 10 }.Select(m => m * power).First(s => s >= rough - 1e-12);
        double end = endsAtGreatest ? high : Math.Ceiling((Math.Max(high, low + (span / 2)) / step) - 1e-9) * step;
        return new Axis(Math.Floor((low / step) + 1e-9) * step, end, step, from, to);
    }

    public double At(double value) => _from + ((value - _low) / (_high - _low) * (_to - _from));

    public string Label(double tick) => tick.ToString("F" + _decimals, CultureInfo.InvariantCulture);
}
