using Barrel.Compiler.Data;
using Barrel.Compiler.Networks;
using Barrel.Runtime;

namespace Barrel.Compiler.Metrics;

/// <summary>Runs a network over a labelled data set.</summary>
public static class Evaluation
{
    /// <param name="network">With task segmentation or classification.</param>
    /// <param name="data">Labelled for that task.</param>
    /// <param name="limit">At most so many samples, evenly spaced; null for all.</param>
    /// <param name="threads">Samples in work at a time; the result does not depend on it.</param>
    /// <param name="progress">Told after each sample how many are done, of how many; calls may overlap.</param>
    /// <exception cref="BarrelException">
    /// Of the samples that fail, the first: samples are handed out in order and each that was handed out is finished.
    /// </exception>
    public static EvaluationResult Run(INetwork network, IDataSet data, int? limit, int threads, Action<int, int>? progress = null)
    {
        CheckTask(network);
        int[] indices = DataSet.Spread(data.Count, limit);
        int next = -1, done = 0;
        ICounts total = NewCounts(network);
        var failures = new SortedDictionary<int, Exception>();
        var guard = new Lock();

        void Work()
        {
            int position = -1;
            try
            {
                using INetworkSession session = network.Open();
                var planes = new FramePlanes(network.Input);
                var codes = new byte[network.Input.ByteCount()];
                ICounts counts = NewCounts(network);
                while ((position = Interlocked.Increment(ref next)) < indices.Length)
                {
                    Sample sample = data.Load(indices[position]);
                    planes.Fill(sample.Image, codes, sample.Name);
                    counts.Add(session, codes, sample);
                    progress?.Invoke(Interlocked.Increment(ref done), indices.Length);
                }

                lock (guard)
                    total.Merge(counts);
            }
            catch (Exception e)
            {
                Interlocked.Exchange(ref next, indices.Length);
                lock (guard)
                    failures[position] = e;
            }
        }

        Thread[] workers = [.. Enumerable.Range(1, Math.Clamp(threads, 1, Math.Max(indices.Length, 1))).Select(_ => new Thread(Work))];
        foreach (Thread worker in workers)
            worker.Start();
        foreach (Thread worker in workers)
            worker.Join();
        if (failures.Count > 0)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failures.First().Value);
        return total.Result(indices.Length);
    }

    /// <summary>Refuses networks whose task has no metric, before their data is looked at.</summary>
    public static void CheckTask(INetwork network)
    {
        if (network.Task is not (Model.TaskSegmentation or Model.TaskClassification))
        {
            throw new BarrelException(MetricErrors.Task,
                $"{network.Name}: its task is neither segmentation nor classification; name it in the model card's key 'task'");
        }
    }

    private static ICounts NewCounts(INetwork network) => network.Task == Model.TaskSegmentation
        ? new SegmentationCounts(network.Input, network.Classes, network.RoadClass, network.IgnoreLabel)
        : new ClassificationCounts(network.Name, network.Classes.Count);
}
