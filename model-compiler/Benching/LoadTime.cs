using System.Diagnostics;
using Barrel.Compiler.Networks;
using Barrel.Runtime;

namespace Barrel.Compiler.Benching;

/// <summary>How long a network takes from bytes in memory to a finished executor: decoded and proven, then decoded again into tap offsets.</summary>
internal static class LoadTime
{
    private const int Repetitions = 9;

    /// <summary>Median in milliseconds, for the executor that would be chosen, with the loader's own code compiled.</summary>
    public static double MedianMs(byte[] blob)
    {
        double[] times = new double[Repetitions];
        for (int i = -2; i < Repetitions; i++)
        {
            long start = Stopwatch.GetTimestamp();
            Executors.Create(Model.Load(blob, BlobNetwork.MemoryBytesMax));
            if (i >= 0)
                times[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        Array.Sort(times);
        return times[Repetitions / 2];
    }
}
