using Barrel.Compiler.Training.Data;

namespace Barrel.Compiler.Training.Loop;

/// <summary>Makes the next batches while the network computes.</summary>
internal sealed class BatchQueue
{
    private const int Ahead = 3;

    private readonly IBatches _batches;
    private readonly Queue<Task<Batch>> _tasks = [];
    private readonly long _end;
    private long _next;

    public BatchQueue(IBatches batches, long first, long end)
    {
        (_batches, _next, _end) = (batches, first, end);
        for (int i = 0; i < Ahead; i++)
            Start();
    }

    public Batch Next()
    {
        Batch batch = _tasks.Dequeue().GetAwaiter().GetResult();
        Start();
        return batch;
    }

    private void Start()
    {
        if (_next >= _end)
            return;
        long step = _next++;
        _tasks.Enqueue(Task.Run(() => _batches.Make(step)));
    }
}
