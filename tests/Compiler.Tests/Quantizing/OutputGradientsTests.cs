using Barrel.Compiler.Graphs;
using Barrel.Compiler.Lowering;
using Barrel.Compiler.Quantizing;
using Barrel.Compiler.Tests.Lowering;

namespace Barrel.Compiler.Tests.Quantizing;

[TestClass]
public class OutputGradientsTests
{
    /// <summary>
    /// The gradient along a random direction against a central difference, over random networks of every operator. The points lie so close that a kink
    /// between them moves the difference by less than the tolerance.
    /// </summary>
    [TestMethod]
    public void GradientsAreSlopesOfTheOutput()
    {
        int checkedCount = 0;
        List<string> wrong = [];
        for (int seed = 0; seed < 150; seed++)
        {
            Graph graph = RandomGraphs.Make(seed);
            LoweredTensor input = new("input", graph.Input.Channels, graph.Input.Height, graph.Input.Width);
            LoweredNetwork network = Lowerer.Lower(graph, input);
            if (network.Outputs.Contains(network.Input))
                continue;
            Random random = new(seed);
            float[] Draw(int count, double size) => [.. Enumerable.Range(0, count).Select(_ => (float)((random.NextDouble() - 0.5) * size))];
            Dictionary<LinearLayer, FloatSums> sums = network.Layers.OfType<LinearLayer>().ToDictionary(l => l, l => new FloatSums(l));
            float[] x = Draw(input.ElementCount, 4);
            float[] direction = Draw(input.ElementCount, 0.002);
            Dictionary<LoweredTensor, float[]> gradients = network.Outputs.Distinct().ToDictionary(o => o, o => Draw(o.ElementCount, 1));
            Dictionary<LoweredTensor, float[]> probes = gradients.ToDictionary(g => g.Key, g => (float[])g.Value.Clone());
            double Along(int sign)
            {
                FloatFlow flow = OutputGradients.Forward(network, sums, [.. x.Select((v, i) => v + (sign * direction[i]))]);
                return probes.Sum(p => flow[p.Key].Zip(p.Value, (y, g) => (double)y * g).Sum());
            }

            double expected = (Along(1) - Along(-1)) / 2;
            OutputGradients.Back(network, sums, OutputGradients.Forward(network, sums, x), gradients, toInput: true);
            double got = gradients.TryGetValue(network.Input, out float[]? g) ? g.Zip(direction, (a, b) => (double)a * b).Sum() : 0;
            double size = Math.Sqrt(g?.Sum(v => (double)v * v) ?? 0) * 0.002;
            checkedCount++;
            if (Math.Abs(got - expected) > (0.02 * Math.Abs(expected)) + (0.02 * size) + 1e-5)
                wrong.Add($"seed {seed}: {got} for {expected}, {string.Join(' ', network.Layers.Select(l => l.OnnxOperator))}");
        }

        Assert.IsGreaterThan(100, checkedCount);
        Assert.IsEmpty(wrong, string.Join('\n', wrong));
    }
}
