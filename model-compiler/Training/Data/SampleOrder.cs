namespace Barrel.Compiler.Training.Data;

/// <summary>Which samples a step takes: each once an epoch, in an order of that epoch's own.</summary>
internal sealed class SampleOrder(int count, int size, int seed)
{
    private readonly Lock _lock = new();
    private long _epoch = -1;
    private int[] _order = [];

    public int StepsPerEpoch { get; } = Math.Max(1, count / size);

    /// <summary>Indices of the samples of a step.</summary>
    public int[] Of(long step)
    {
        long epoch = step / StepsPerEpoch;
        int first = (int)(step % StepsPerEpoch) * size;
        lock (_lock)
        {
            if (epoch != _epoch)
            {
                _order = [.. Enumerable.Range(0, count)];
                RandomOf(epoch, 0).Shuffle(_order);
                _epoch = epoch;
            }

            // A set smaller than a batch is taken over and over.
            return [.. Enumerable.Range(first, size).Select(i => _order[i % count])];
        }
    }

    /// <summary>Chance of its own for each step and purpose.</summary>
    public Random RandomOf(long step, int purpose) =>
        new(unchecked((int)((((ulong)seed * 0x9E3779B97F4A7C15) ^ ((ulong)step * 0xBF58476D1CE4E5B9) ^ ((ulong)purpose * 0x94D049BB133111EB)) >> 29)));
}
