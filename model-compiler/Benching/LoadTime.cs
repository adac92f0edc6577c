using System.Diagnostics;
using Barrel.Compiler.Networks;
using Barrel.Runtime;

namespace Barrel.Compiler.Benching;

/// <summary>
/// How long a network takes from bytes in memory to a finished executor, decoded, proven and planned, and to the first frame's result. The code that
/// loads and runs is compiled by then, as it would be ahead of time.
/// </summary>
/// <param name="LoadMs">Median in milliseconds, for the executor that would be chosen.</param>
/// <param name="FirstFrameMs">Median of that and a frame.</param>
internal sealed record LoadTime(double LoadMs, double FirstFrameMs)
{
    private const int Repetitions = 9;

    public static LoadTime Of(byte[] blob)
    {
        var loads = new double[Repetitions];
        var frames = new double[Repetitions];
        for (int i = -2; i < Repetitions; i++)
        {
            long start = Stopwatch.GetTimestamp();
            Executor executor = Executors.Create(Model.LoadKeeping(blob, BlobNetwork.MemoryBytesMax));
            double loadMs = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            executor.Run();
            if (i < 0)
                continue;
            loads[i] = loadMs;
            frames[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        Array.Sort(loads);
        Array.Sort(frames);
        return new LoadTime(loads[Repetitions / 2], frames[Repetitions / 2]);
    }
}
