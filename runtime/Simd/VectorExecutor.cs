using System;
using System.Collections.Generic;
using System.Threading.Tasks;

namespace Barrel.Runtime.Simd;

/// <summary>Runs a model with vectors of one width.</summary>
internal sealed class VectorExecutor<TLanes, TBytes, TWords, TInts> : Executor, IDisposable
    where TLanes : ILanes<TBytes, TWords, TInts>
    where TBytes : struct
    where TWords : struct
    where TInts : struct
{
    private readonly ThreadTeam? _team;

    public VectorExecutor(Model model, string name, int threads)
        : base(model)
    {
        Name = name;
        List<Im2colRunner<TLanes, TBytes, TWords, TInts>> runners = [];
        List<BinaryPartedRunner> binaries = [];
        int tileBytes = 0, blockBytes = 0, sumInts = 0, stageBytes = 0, bestInts = 0, windows = 0, maskBytes = 0, cellBytes = 0, lineBytes = 0;
        MakeSteps(model);
        foreach (LayerRunner step in Steps)
        {
            if (step is BinaryPartedRunner counter)
            {
                binaries.Add(counter);
                cellBytes = Math.Max(cellBytes, counter.TileBytes);
                lineBytes = Math.Max(lineBytes, counter.LineBytes);
                stageBytes = Math.Max(stageBytes, counter.StageBytes);
                blockBytes = Math.Max(blockBytes, BinaryPartedRunner.BlockVectorsMax << TLanes.CountLog2);
                bestInts = Math.Max(bestInts, BinaryPartedRunner.BlockVectorsMax << TLanes.CountLog2);
            }

            if (step is not Im2colRunner<TLanes, TBytes, TWords, TInts> runner)
                continue;
            runners.Add(runner);
            tileBytes = Math.Max(tileBytes, runner.TileBytes);
            blockBytes = Math.Max(blockBytes, runner.BlockBytes);
            sumInts = Math.Max(sumInts, runner.SumInts);
            stageBytes = Math.Max(stageBytes, runner.StageBytes);
            bestInts = Math.Max(bestInts, runner.BestInts);
            maskBytes = Math.Max(maskBytes, runner.MaskBytes);
            windows = Math.Max(windows, runner.Windows);
        }

        sumInts = Math.Max(sumInts, blockBytes);
        CheckScratch(model, threads, BlockScratch.BytesOf(tileBytes, blockBytes, sumInts, bestInts, windows, maskBytes));
        byte[] stage = new byte[stageBytes];
        BlockScratch[] scratch = new BlockScratch[threads];
        for (int i = 0; i < threads; i++)
            scratch[i] = new BlockScratch(tileBytes, blockBytes, sumInts, bestInts, windows, maskBytes);
        foreach (Im2colRunner<TLanes, TBytes, TWords, TInts> runner in runners)
            runner.Attach(stage, scratch);
        if (binaries.Count > 0)
        {
            BinaryScratch[] binaryScratch = new BinaryScratch[threads];
            for (int i = 0; i < threads; i++)
                binaryScratch[i] = new BinaryScratch(cellBytes, lineBytes, (4 * BinaryPartedRunner.BlockVectorsMax) << TLanes.CountLog2);
            foreach (BinaryPartedRunner runner in binaries)
                runner.Attach(stage, binaryScratch, scratch);
        }

        if (threads > 1)
            _team = new ThreadTeam(Steps, threads);
    }

    public override string Name { get; }

    /// <summary>The loader has bounded what one thread takes; each further one takes its own tile.</summary>
    private static void CheckScratch(Model model, int threads, long bytesOfThread)
    {
        long most = ScratchBound.BytesMax(model.BlobLength);
        if (threads > 1 && bytesOfThread * threads > most)
            throw new BarrelException(
                ModelErrors.TooLarge, $"{threads} threads need {bytesOfThread * threads} bytes of tiles, and {most} are right; {Math.Max(1, most / bytesOfThread)} would do");
    }

    /// <summary>Layers do not depend on each other until they run, so that all processors plan them.</summary>
    private void MakeSteps(Model model)
    {
        try
        {
            Parallel.For(0, model.Layers.Length, i => Steps[i] = model.Layers[i] switch
            {
                TapLayer taps => new Im2colRunner<TLanes, TBytes, TWords, TInts>(model, taps, Arena),
                BinaryLayer { FanIn: <= BinaryPartedRunner.FanInMax } binary => binary.FanIn == model.Tensors[binary.Input].ByteCount()
                    ? new BinaryRowsRunner<TLanes, TBytes, TWords, TInts>(model, binary, Arena)
                    : new BinaryGridRunner<TLanes, TBytes, TWords, TInts>(model, binary, Arena),
                Layer plain => CreatePlain(plain),
            });
        }
        catch (AggregateException e) when (e.InnerException is BarrelException first)
        {
            throw new BarrelException(first.Code, first.Message, first);
        }
    }

    public override void Run()
    {
        if (_team is null)
            base.Run();
        else
            _team.Run();
    }

    /// <summary>Ends the threads; the executor runs no more.</summary>
    public void Dispose() => _team?.Dispose();
}
