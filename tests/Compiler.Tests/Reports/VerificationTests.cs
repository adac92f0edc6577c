using Barrel.Compiler.Cards;
using Barrel.Compiler.Data;
using Barrel.Compiler.Graphs;
using Barrel.Compiler.Quantizing;
using Barrel.Compiler.Reports;
using Barrel.Compiler.Tests.Lowering;
using Barrel.Runtime;

namespace Barrel.Compiler.Tests.Reports;

[TestClass]
public class VerificationTests
{
    /// <summary>Masks are compared by the scores behind them, whatever scales the layer's exponents are coded relative to.</summary>
    [TestMethod]
    [DataRow(1, 40)]
    [DataRow(5, 40)]
    [DataRow(1, 2)]
    [DataRow(3, 2)]
    public void EveryLayerIsNearFloat(int classes, int channels)
    {
        for (int seed = 0; seed < 4; seed++)
        {
            GraphBuilder b = new(seed, 3, 12, 16);
            Graph graph = b.To(b.Conv(b.Relu(b.Conv(b.Input, channels, pad: 1)), classes, pad: 1));
            ModelCard card = new() { Task = Model.TaskSegmentation, Threshold = classes == 1 ? 0.25f : null };
            InputFormat format = NetworkCompiler.InputFormatOf(graph, card);
            List<byte[]> frames = CalibrationFrames.Load(null, format, TextWriter.Null, 4);
            Model model = Model.Load(NetworkCompiler.Compile(graph, card, frames, new QuantizeOptions { AddsPerMac = 2 }), 1 << 30);
            Verification verification = Verification.Run(graph, card, model, frames);
            Assert.IsNull(verification.FirstDifference);
            foreach (LayerFidelity layer in verification.Layers)
                Assert.IsGreaterThan(25, layer.SqnrDb, $"{layer.Name}, seed {seed}");
        }
    }
}
