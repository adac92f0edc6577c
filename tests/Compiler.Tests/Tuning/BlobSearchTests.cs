using Barrel.Compiler.Cards;
using Barrel.Compiler.Data;
using Barrel.Compiler.Graphs;
using Barrel.Compiler.Import;
using Barrel.Compiler.Lowering;
using Barrel.Compiler.Quantizing;
using Barrel.Compiler.Tests.Import;
using Barrel.Compiler.Tuning;
using Barrel.Runtime;
using static Barrel.Compiler.Tests.Import.OnnxWriter;

namespace Barrel.Compiler.Tests.Tuning;

[TestClass]
public class BlobSearchTests
{
    /// <summary>A layer of few weights and many positions, and one of many weights and few.</summary>
    private static readonly Graph Network = OnnxImporter.Import(
        new OnnxWriter(13, 1, 3, 32, 32)
            .Floats("w", [16, 3, 3, 3], Oracle.Random(432, 1))
            .Floats("v", [32, 16, 5, 5], Oracle.Random(12800, 2))
            .Node("Conv", ["x", "w"], "a", Ints("pads", 1, 1, 1, 1))
            .Node("Relu", ["a"], "r")
            .Node("MaxPool", ["r"], "p", Ints("kernel_shape", 4, 4), Ints("strides", 4, 4))
            .Node("Conv", ["p", "v"], "y", Ints("pads", 2, 2, 2, 2))
            .File(),
        "net");

    private static readonly List<byte[]> Frames =
        CalibrationFrames.Load(null, NetworkCompiler.InputFormatOf(Network, new ModelCard()), TextWriter.Null, 4);

    private static readonly Trials Compiler = new(
        Network,
        new ModelCard(),
        Frames,
        new Barrel.Compiler.Commands.Progress(new Barrel.Compiler.Commands.Streams(TextWriter.Null, TextWriter.Null, false)));

    private static readonly QuantizeOptions Asked = new() { AddsPerMac = 0.8 };

    private static Trial Compile(QuantizeOptions options)
    {
        lock (Compiler)
            return Compiler.Compile(options);
    }

    [TestMethod]
    public void ABlobThatFitsIsTakenAsItIs()
    {
        List<string> said = [];
        Trial usual = Compile(Asked);
        Trial found = new BlobSearch(Compile, usual.Model.Blob.Length, said.Add).Run(Asked);
        Assert.AreSame(usual, found);
        Assert.HasCount(1, said);
    }

    [TestMethod]
    [DataRow(0.95)]
    [DataRow(0.85)]
    [DataRow(0.82)]
    public void ABlobThatDoesNotFitGetsTheLowestPriceAtWhichItDoes(double share)
    {
        Trial usual = Compile(Asked);
        int bytes = (int)(usual.Model.Blob.Length * share);
        Trial found = new BlobSearch(Compile, bytes, _ => { }).Run(Asked);
        Assert.IsLessThanOrEqualTo(bytes, found.Model.Blob.Length);
        Assert.IsGreaterThan(bytes * 0.95, found.Model.Blob.Length, "bytes are not left over");
        Assert.IsLessThanOrEqualTo(Asked.AddsPerMac, found.AddsPerMac);
        Assert.IsGreaterThan(Asked.AddsPerMac * 0.97, found.AddsPerMac, "adds are not left over either");
        Assert.IsGreaterThan(Asked.StorageShare, found.Options.StorageShare);
    }

    [TestMethod]
    public void WhatTrialsShareChangesNoByte()
    {
        // The published scheme first: it budgets no layer, so what it shares is of none.
        Compile(Asked with { Weights = WeightScheme.Log2 });
        foreach (double share in new[] { 0.1, 2 })
        {
            QuantizeOptions options = Asked with { StorageShare = share };
            CollectionAssert.AreEqual(NetworkCompiler.Compile(Network, new ModelCard(), Frames, options), Compile(options).Model.Blob);
        }
    }

    [TestMethod]
    public void BytesThatCannotBeAreToldWithWhatCan()
    {
        BarrelException e = Assert.ThrowsExactly<BarrelException>(() => new BlobSearch(Compile, 100, _ => { }).Run(Asked));
        Assert.AreEqual(LoweringErrors.BadOption, e.Code);
        int least = Compile(Asked with { StorageShare = 256 }).Model.Blob.Length;
        StringAssert.Contains(e.Message, $"{least} is the least");
    }
}
