using Barrel.Compiler.Cards;
using Barrel.Compiler.Graphs;
using Barrel.Compiler.Lowering;
using Barrel.Compiler.Quantizing;
using Barrel.Compiler.Tests.Data;
using Barrel.Runtime;

namespace Barrel.Compiler.Tests.Lowering;

/// <summary>Networks at the edge of what a blob holds: lowered another way where there is one, else refused by the node's name.</summary>
[TestClass]
public class BlobLimitsTests
{
    [TestMethod]
    [DataRow(64, 1)]
    [DataRow(65, 3)]
    [DataRow(130, 4)]
    [DataRow(4097, 68)]
    public void ManyPiecesAreCopiedTogether(int pieces, int copiesAndReader)
    {
        GraphBuilder b = new(pieces, 3, 2, 3);
        Value wide = b.Conv(b.Input, 7, kernel: 1);
        Value concat = b.Concat([.. Enumerable.Range(0, pieces).Select(i => b.Slice(wide, i * 3 % 7, 1))]);
        Graph graph = b.To(b.Conv(concat, 2, kernel: 1), b.Relu(concat));
        LoweredNetwork network = LoweredRun.Same(graph, pieces);
        Assert.HasCount(1 + copiesAndReader + 1, network.Layers);

        // Error feedback over thousands of channels takes a minute.
        if (pieces < 1000)
            Loads(graph);
    }

    [TestMethod]
    public void ASumOfManyPiecesReadsCopies()
    {
        GraphBuilder b = new(3, 3, 2, 3);
        Value wide = b.Conv(b.Input, 7, kernel: 1);
        Value[] sides = [.. Enumerable.Range(2, 2).Select(step =>
            b.Concat([.. Enumerable.Range(0, 40).Select(i => b.Slice(wide, i * step % 7, 1))]))];
        Graph graph = b.To(b.Sum(sides[0], sides[1]));
        LoweredRun.Same(graph, 3);
        Loads(graph);
    }

    [TestMethod]
    [DataRow(64, 1, 2)]
    [DataRow(64, 2, 3)]
    [DataRow(16, 16, 3)]
    public void UpsamplingBeyondSixtyFourIsACopyBetween(int first, int second, int layers)
    {
        GraphBuilder b = new(4, 1, 1, 2);
        Graph graph = b.To(b.Conv(b.Nearest(b.Nearest(b.Conv(b.Input, 2, kernel: 1), first, first), second, second), 2, pad: 1));
        LoweredNetwork network = LoweredRun.Same(graph, first);
        Assert.HasCount(layers, network.Layers);
        Loads(graph);
    }

    [TestMethod]
    public void UpsamplingBeyondSixtyFourAtOnceIsATable()
    {
        GraphBuilder b = new(5, 1, 1, 2);
        Graph graph = b.To(b.Conv(b.Nearest(b.Conv(b.Input, 2, kernel: 1), 128, 128), 2, pad: 1));
        Assert.IsTrue(LoweredRun.Same(graph, 5).Layers.Any(l => l is ResampleLayer));
        Loads(graph);
    }

    [TestMethod]
    public void WhatNoBlobHoldsIsRefusedByName()
    {
        Refused(b => b.Conv(b.Input, 2, kernel: 1, stride: 5000), "Conv", "5000 of stride", "4096");
        Refused(b => b.Conv(b.Input, 70_000, kernel: 1), "Conv", "70000 channels", "65535");
        Refused(b => b.MaxPool(b.Input, 5000, 1, 2500), "MaxPool", "5000 kernel rows", "4096");
        Refused(b => b.ArgMax(b.Conv(b.Input, 300, kernel: 1)), "Conv", "300 classes", "256");
        Refused(b => b.ConvTranspose(b.Input, 1, kernel: 65, stride: 65), "ConvTranspose", "65 phases", "64");
    }

    private static void Refused(Func<GraphBuilder, Value> make, params string[] parts)
    {
        GraphBuilder b = new(6, 3, 4, 5);
        Graph graph = b.To(make(b));
        Expect.Error(LoweringErrors.BeyondFormat, () => NetworkCompiler.Lower(graph, new ModelCard()), parts);
    }

    private static void Loads(Graph graph)
    {
        byte[] frame = [.. Enumerable.Range(0, graph.Input.Shape.Aggregate(1, (n, d) => n * d)).Select(i => (byte)(i * 37))];
        byte[] blob = NetworkCompiler.Compile(graph, new ModelCard(), [frame], new QuantizeOptions { AddsPerMac = 100 });
        Executors.Create(Model.Load(blob, 1 << 26)).Run();
    }
}
