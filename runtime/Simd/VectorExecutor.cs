using System;
using System.Collections.Generic;

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
        int tileBytes = 0, blockBytes = 0, stageBytes = 0, phases = 0, windows = 0, cellBytes = 0, lineBytes = 0;
        for (int i = 0; i < model.Layers.Length; i++)
        {
            if (model.Layers[i] is BinaryLayer { FanIn: <= BinaryPartedRunner.FanInMax } binary)
            {
                BinaryPartedRunner counter = binary.FanIn == model.Tensors[binary.Input].ByteCount()
                    ? new BinaryRowsRunner<TLanes, TBytes, TWords, TInts>(model, binary, Arena) : new BinaryGridRunner<TLanes, TBytes, TWords, TInts>(model, binary, Arena);
                binaries.Add(counter);
                Steps[i] = counter;
                cellBytes = Math.Max(cellBytes, counter.TileBytes);
                lineBytes = Math.Max(lineBytes, counter.LineBytes);
                stageBytes = Math.Max(stageBytes, counter.StageBytes);
                blockBytes = Math.Max(blockBytes, BinaryPartedRunner.BlockVectorsMax << TLanes.CountLog2);
                phases = Math.Max(phases, 1);
                continue;
            }

            if (model.Layers[i] is not TapLayer taps)
            {
                Steps[i] = CreatePlain(model.Layers[i]);
                continue;
            }

            Im2colRunner<TLanes, TBytes, TWords, TInts> runner = new(model, taps, Arena);
            runners.Add(runner);
            Steps[i] = runner;
            tileBytes = Math.Max(tileBytes, runner.TileBytes);
            blockBytes = Math.Max(blockBytes, runner.BlockBytes);
            stageBytes = Math.Max(stageBytes, runner.StageBytes);
            phases = Math.Max(phases, runner.BestPhases);
            windows = Math.Max(windows, runner.Windows);
        }

        byte[] stage = new byte[stageBytes];
        BlockScratch[] scratch = new BlockScratch[threads];
        for (int i = 0; i < threads; i++)
            scratch[i] = new BlockScratch(tileBytes, blockBytes, phases, windows);
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
