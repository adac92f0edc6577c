using Barrel.Host.Chip;

namespace Barrel.Host.Commands;

/// <summary>All values of a sweep.</summary>
/// <param name="key">The setting.</param>
/// <param name="isLog">Whether values are even by ratio.</param>
/// <param name="model">Name of the network.</param>
internal sealed class SweepResult(string key, bool isLog, string model)
{
    private readonly List<SweepPoint> points = [];
    private readonly List<double?> expected = [];

    public string Key => key;

    public bool IsLog => isLog;

    public string Model => model;

    public IReadOnlyList<SweepPoint> Points => points;

    /// <summary>For each point the share of signs that theory says flip on random inputs, 0 to 1; null where it says nothing.</summary>
    public IReadOnlyList<double?> Expected => expected;

    public bool HasExpected => expected.Any(e => e is not null);

    /// <summary>The placed layers' names.</summary>
    public IReadOnlyList<SweepLayer> Layers => points.FirstOrDefault(p => p.Layers.Count > 0)?.Layers ?? [];

    public bool IsLabelled => points.Any(p => p.Right is not null);

    public bool HasClasses => points.Any(p => p.OtherClass is not null);

    public void Add(SweepPoint point, double? theory)
    {
        points.Add(point);
        expected.Add(theory);
    }
}
