using Barrel.Compiler.Cards;
using Barrel.Compiler.Data;
using Barrel.Compiler.Graphs;
using Barrel.Compiler.Lowering;
using Barrel.Compiler.Quantizing;
using Barrel.Compiler.Tests.Data;
using Barrel.Runtime;

namespace Barrel.Compiler.Tests.Lowering;

/// <summary>What leaves the network: masks, classes, exact sums, and nothing that another layer reads.</summary>
[TestClass]
public class OutputFormsTests
{
    [TestMethod]
    [DataRow(0.3f, false, "rectifier and clamp change no side")]
    [DataRow(0f, true, "at zero a rectifier changes sides")]
    [DataRow(2f, true, "above the clamp")]
    public void OneChannelIsComparedWithItsThreshold(float threshold, bool copies, string why)
    {
        GraphBuilder b = new(1, 3, 9, 11);
        Graph graph = b.To(b.Clip(b.Relu(b.Conv(b.Input, 1)), 0, 1.5f));
        LoweredNetwork network = Masks(graph, threshold);
        Assert.HasCount(copies ? 2 : 1, network.Layers, why);
    }

    [TestMethod]
    public void FallingSlopesAreKept()
    {
        GraphBuilder b = new(1, 3, 9, 11);
        Assert.HasCount(2, Masks(b.To(b.PRelu(b.Conv(b.Input, 1), [-0.5f])), 0.2f).Layers);
        b = new(1, 3, 9, 11);
        Assert.HasCount(1, Masks(b.To(b.PRelu(b.Conv(b.Input, 1), [0.5f])), 0.2f).Layers);
    }

    [TestMethod]
    public void TheThresholdOfASigmoidIsItsLogit()
    {
        GraphBuilder b = new(1, 3, 9, 11);
        Graph graph = b.To(b.Conv(b.Input, 1));
        graph.Decoding.Add(new DecodingStep { Name = "s", Operator = "Sigmoid", Inputs = [graph.Outputs[0]], Output = new Value("p", 1, 1, 7, 9) });
        LoweredNetwork network = NetworkCompiler.Lower(graph, Card(Model.TaskSegmentation, 0.75f));
        Assert.AreEqual(MathF.Log(3), ((LinearLayer)network.Layers[0]).Threshold, 1e-6f);
        foreach (float wrong in new[] { 0f, 1f, -2f })
            Expect.Error(LoweringErrors.CardMismatch, () => NetworkCompiler.Lower(graph, Card(Model.TaskSegmentation, wrong)), "sigmoid");
    }

    [TestMethod]
    public void SeveralChannelsBecomeTheGreatest()
    {
        GraphBuilder b = new(1, 3, 9, 11);
        LoweredNetwork network = NetworkCompiler.Lower(b.To(b.Conv(b.Input, 5)), Card(Model.TaskSegmentation));
        Assert.AreEqual(WriteOut.ArgMax, ((LinearLayer)network.Layers.Single()).WriteOut);
        Assert.AreEqual(1, network.Outputs[0].Channels);

        // Behind an activation that could make them equal, a layer of its own compares what is left.
        b = new(1, 3, 9, 11);
        network = NetworkCompiler.Lower(b.To(b.Relu(b.Conv(b.Input, 5))), Card(Model.TaskSegmentation));
        Assert.HasCount(2, network.Layers);
        Assert.AreEqual(WriteOut.ArgMax, ((LinearLayer)network.Layers[1]).WriteOut);

        b = new(1, 3, 9, 11);
        network = NetworkCompiler.Lower(b.To(b.ArgMax(b.Conv(b.Input, 5))), Card(Model.TaskSegmentation));
        Assert.HasCount(1, network.Layers);
    }

    [TestMethod]
    public void ScoresStayExactAndReadOutputsAreCopied()
    {
        GraphBuilder b = new(1, 3, 9, 11);
        Value one = b.Conv(b.Input, 4, pad: 1);
        Value two = b.Conv(one, 4, pad: 1);
        Value three = b.Relu(b.Conv(two, 2));
        LoweredNetwork network = NetworkCompiler.Lower(b.To(one, three, two, two), Card(Model.TaskDetection));
        LinearLayer[] makers = [.. network.Outputs.Select(o => (LinearLayer)network.Layers.Single(l => l.Output == o))];
        CollectionAssert.AreEqual(new[] { WriteOut.Raw, WriteOut.Codes, WriteOut.Raw, WriteOut.Raw }, Array.ConvertAll(makers, m => m.WriteOut));
        CollectionAssert.AllItemsAreUnique(network.Outputs);
        foreach (LoweredTensor output in network.Outputs)
            Assert.IsFalse(network.Layers.Any(l => l.Reads.Contains(output)), $"{output} is read");
    }

    private static ModelCard Card(int task, float? threshold = null) => new() { Task = task, Threshold = threshold };

    /// <summary>The lowered network's mask must be the graph's values against the threshold.</summary>
    private static LoweredNetwork Masks(Graph graph, float threshold)
    {
        ModelCard card = new() { Task = Model.TaskSegmentation, Threshold = threshold, Input = new CardInput { Subtract = [128], Multiply = [1 / 64.0] } };
        InputFormat format = NetworkCompiler.InputFormatOf(graph, card);
        byte[] codes = CalibrationFrames.Synthetic(format, 1);
        float[] input = new float[codes.Length];
        new CodeValues(card.Input, format).Fill(codes, input);
        float[] expected = FloatRunner.Run(graph, input)[graph.Outputs[0]];
        LoweredNetwork network = NetworkCompiler.Lower(graph, card);
        LinearLayer last = (LinearLayer)network.Layers[^1];
        Assert.AreEqual(WriteOut.Threshold, last.WriteOut);
        InputFactors.Fold(network);
        float[] actual = LoweredRun.Outputs(network, codes)[0];
        CollectionAssert.AreEqual(Array.ConvertAll(expected, v => v >= threshold), Array.ConvertAll(actual, v => v >= last.Threshold));
        return network;
    }
}
