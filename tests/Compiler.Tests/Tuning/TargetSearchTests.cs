using Barrel.Compiler.Cards;
using Barrel.Compiler.Data;
using Barrel.Compiler.Graphs;
using Barrel.Compiler.Import;
using Barrel.Compiler.Lowering;
using Barrel.Compiler.Metrics;
using Barrel.Compiler.Quantizing;
using Barrel.Compiler.Tests.Data;
using Barrel.Compiler.Tests.Import;
using Barrel.Compiler.Tuning;
using Barrel.Runtime;
using static Barrel.Compiler.Tests.Import.OnnxWriter;

namespace Barrel.Compiler.Tests.Tuning;

/// <summary>The search on a metric that is given by a formula.</summary>
[TestClass]
public class TargetSearchTests
{
    private static readonly Graph Network = OnnxImporter.Import(
        new OnnxWriter(13, 1, 3, 32, 32)
            .Floats("w", [4, 3, 3, 3], Oracle.Random(108, 1))
            .Floats("v", [16, 4, 3, 3], Oracle.Random(576, 2))
            .Node("Conv", ["x", "w"], "a", Ints("pads", 1, 1, 1, 1))
            .Node("Relu", ["a"], "r")
            .Node("Conv", ["r", "v"], "y", Ints("pads", 1, 1, 1, 1))
            .File(),
        "net");

    [TestMethod]
    [DataRow(0.10)]
    [DataRow(0.15)]
    [DataRow(0.95)]
    [DataRow(1.00)]
    [DataRow(1.10)]
    [DataRow(2.00)]
    public void TheFewestAddsThatKeepAreFound(double least)
    {
        Metric metric = new() { Figure = (o, _) => o.AddsPerMac >= least - 1e-9 ? 89.5 : 89.4 };
        Trial found = Search(metric, activationBits: 7);
        Assert.AreEqual(least, found.Options.AddsPerMac, 1e-9);
        Assert.AreEqual(7, found.Options.ActivationBits);
        Assert.IsLessThanOrEqualTo(6, metric.Asked.Select(a => a.AddsPerMac).Distinct().Count(), "halving");
    }

    [TestMethod]
    public void WhatAPartOfTheDataFlattersIsCheckedOnAll()
    {
        Metric metric = new() { Figure = (o, all) => o.AddsPerMac >= (all ? 0.59 : 0.49) ? 90 : 0 };
        Assert.AreEqual(0.6, Search(metric, activationBits: 8).Options.AddsPerMac, 1e-9);
    }

    [TestMethod]
    public void FewerActivationBitsAreTakenWhereTheyAreCheaper()
    {
        // With five bits the same is reached with 1.2 times the adds, in lanes of half the width.
        Metric cheaper = new() { Figure = (o, _) => o.AddsPerMac >= (o.ActivationBits == 8 ? 0.49 : 0.59) ? 90 : 0 };
        Assert.AreEqual(5, Search(cheaper, null).Options.ActivationBits);

        Metric dearer = new() { Figure = (o, _) => o.AddsPerMac >= (o.ActivationBits == 8 ? 0.49 : 1.15) ? 90 : 0 };
        Trial kept = Search(dearer, null);
        Assert.AreEqual(8, kept.Options.ActivationBits);
        Assert.AreEqual(0.5, kept.Options.AddsPerMac, 1e-9);
        Assert.AreEqual(1, dearer.Asked.Count(o => o.ActivationBits == 5), "one look at the dearest that could pay");
    }

    [TestMethod]
    public void WhatCannotBeReachedSaysWhatCan()
    {
        Metric metric = new() { Figure = (o, _) => 80 + o.AddsPerMac };
        Expect.Error(MetricErrors.OutOfReach, () => Search(metric, null), "--target-loss 0.5", "90.00", "82.00", "2.0 adds per MAC", "--target-loss 8.00");
    }

    [TestMethod]
    public void BudgetsThatTheNetworkCannotKeepAreNoFailure()
    {
        Metric metric = new() { Figure = (_, _) => 90 };
        Trial found = Search(metric, 8, o => o.AddsPerMac < 0.32 ? throw new BarrelException(LoweringErrors.BadOption, "too few") : Compile(o));
        Assert.AreEqual(0.35, found.Options.AddsPerMac, 1e-9);
    }

    [TestMethod]
    public void EachSettingIsToldOnce()
    {
        List<string> lines = [];
        Metric metric = new() { Figure = (o, _) => o.AddsPerMac >= 0.49 ? 91 : 0 };
        new TargetSearch(Compile, metric, new Target(new QuantizeOptions(), 8, 0.5), lines.Add).Run();
        Assert.Contains("tried 0.5 adds per MAC, 8-bit activations: mIoU 91.00 on a few, 1.00 above float: kept", lines);
        Assert.AreEqual("chosen: 0.5 adds per MAC, 8-bit activations", lines[^1]);
        CollectionAssert.AllItemsAreUnique(lines);
    }

    private static Trial Search(Metric metric, int? activationBits, Func<QuantizeOptions, Trial>? trials = null) =>
        new TargetSearch(trials ?? Compile, metric, new Target(new QuantizeOptions(), activationBits, 0.5), _ => { }).Run();

    private static readonly Dictionary<QuantizeOptions, Trial> Made = [];

    private static Trial Compile(QuantizeOptions options)
    {
        lock (Made)
        {
            if (!Made.TryGetValue(options, out Trial? trial))
            {
                ModelCard card = new();
                byte[] frame = CalibrationFrames.Synthetic(NetworkCompiler.InputFormatOf(Network, card), 1);
                byte[] blob = NetworkCompiler.Compile(Network, card, [frame], options);
                Made[options] = trial = new Trial(options, Model.Load(blob, 1 << 20), []);
            }

            return trial;
        }
    }

    /// <summary>Float has 90.</summary>
    private sealed class Metric : ITargetMetric
    {
        public required Func<QuantizeOptions, bool, double> Figure { get; init; }

        public List<QuantizeOptions> Asked { get; } = [];

        public string Name => "mIoU";

        public string Samples(bool all) => all ? "all" : "a few";

        public double OfFloat(bool all) => 90;

        public double Of(Trial trial, bool all)
        {
            Asked.Add(trial.Options);
            return Figure(trial.Options, all);
        }
    }
}
