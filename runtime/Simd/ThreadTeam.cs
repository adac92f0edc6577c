using System;
using System.Threading;

namespace Barrel.Runtime.Simd;

/// <summary>
/// Threads that go through a model's layers together, each with its part of every layer. They sleep between frames; between layers they wait
/// for each other without a lock, since a layer takes no longer than waking a thread does.
/// </summary>
internal sealed class ThreadTeam : IDisposable
{
    /// <summary>Each thread's counter has a cache line for itself.</summary>
    private const int PaddingLog2 = 3;

    private readonly LayerRunner[] _steps;
    private readonly SemaphoreSlim _frames = new(0);
    private readonly Thread[] _workers;
    private readonly int _threads;
    private readonly long[] _expected;
    private long _arrived;
    private volatile bool _isOver;

    /// <param name="steps">The layers, in order.</param>
    /// <param name="threads">At least 2; the caller's is one of them.</param>
    public ThreadTeam(LayerRunner[] steps, int threads)
    {
        _steps = steps;
        _threads = threads;
        _expected = new long[threads << PaddingLog2];
        _workers = new Thread[threads - 1];
        for (int i = 0; i < _workers.Length; i++)
        {
            int part = i + 1;
            _workers[i] = new Thread(() => Work(part)) { IsBackground = true, Name = $"Barrel layers {part}" };
            _workers[i].Start();
        }
    }

    /// <summary>One frame, on all threads.</summary>
    public void Run()
    {
        _frames.Release(_threads - 1);
        RunPart(0);
    }

    public void Dispose()
    {
        _isOver = true;
        _frames.Release(_threads - 1);
        foreach (Thread worker in _workers)
            worker.Join();
        _frames.Dispose();
    }

    private void Work(int part)
    {
        while (true)
        {
            _frames.Wait();
            if (_isOver)
                return;
            RunPart(part);
        }
    }

    private void RunPart(int part)
    {
        foreach (LayerRunner step in _steps)
        {
            if (step is PartedRunner parted)
            {
                if (parted.HasStage)
                {
                    parted.MakeStage(part);
                    Meet(part);
                }

                parted.MakeOutput(part);
            }
            else if (part == 0)
            {
                step.Run();
            }

            Meet(part);
        }
    }

    /// <summary>Returns when all threads are here. Each counts for itself how many arrivals that takes, over all frames.</summary>
    private void Meet(int part)
    {
        long all = _expected[part << PaddingLog2] + _threads;
        _expected[part << PaddingLog2] = all;
        Interlocked.Increment(ref _arrived);
        SpinWait spin = default;
        while (Volatile.Read(ref _arrived) < all)
            spin.SpinOnce(-1);
    }
}
