using Barrel.Compiler.Cards;
using Barrel.Compiler.Import;
using Barrel.Compiler.Lowering;
using Barrel.Compiler.Packing;
using CsCheck;

namespace Barrel.Compiler.Tests.Packing;

[TestClass]
public class ArenaPlannerTests
{
    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public void NoTwoLiveTensorsOverlap() => Gen.Int[0, int.MaxValue].Each(2000, seed =>
        {
            LoweredNetwork network = Random(seed);
            (Dictionary<LoweredTensor, int> offsets, int arenaBytes) = ArenaPlanner.Plan(network);
            (LoweredTensor Tensor, int First, int Last)[] alive = Lifetimes(network);
            Assert.HasCount(alive.Length, offsets);
            foreach ((LoweredTensor a, int firstA, int lastA) in alive)
            {
                Assert.AreEqual(0, offsets[a] % 64);
                Assert.IsLessThanOrEqualTo(arenaBytes, offsets[a] + Bytes(a));
                foreach ((LoweredTensor b, int firstB, int lastB) in alive)
                    if (a != b && firstA <= lastB && firstB <= lastA)
                        Assert.IsTrue(offsets[a] + Bytes(a) <= offsets[b] || offsets[b] + Bytes(b) <= offsets[a], $"seed {seed}: {a} and {b}");
            }

            Assert.IsGreaterThanOrEqualTo(LargestLiveSet(network), arenaBytes);
            Assert.IsLessThanOrEqualTo(alive.Sum(t => Bytes(t.Tensor)), arenaBytes);
        });

    [TestMethod]
    [DataRow("mnist-8")]
    [DataRow("mlperf_resnet8_cifar10")]
    [DataRow("resnet20_cifar10")]
    [DataRow("bnn_lfcW1A1_mnist")]
    [DataRow("lane_fcn_80x160")]
    [DataRow("ultraface_slim_320")]
    [DataRow("espnet_camvid_240x320")]
    [DataRow("espnet_camvid_360x480")]
    [DataRow("road_qat_prototype")]
    public void LittleIsLeftBetween(string name)
    {
        string path = SharedData.Model(name);
        LoweredNetwork network = NetworkCompiler.Lower(OnnxImporter.ImportFile(path), ModelCard.For(path, null));
        foreach (LinearLayer raw in network.Layers.OfType<LinearLayer>().Where(l => l.WriteOut == WriteOut.Raw))
            raw.Output.Bits = 32;
        int arena = ArenaPlanner.Plan(network).ArenaBytes;
        TestContext.WriteLine($"{name}: {(double)arena / LargestLiveSet(network):F4}");
        Assert.IsLessThanOrEqualTo(1.05 * LargestLiveSet(network), arena, $"the largest live set takes {LargestLiveSet(network)} bytes");
    }

    /// <summary>Bytes that are needed at one time at least, by the definition.</summary>
    private static long LargestLiveSet(LoweredNetwork network)
    {
        var alive = Lifetimes(network);
        return Enumerable.Range(0, network.Layers.Count).Max(step => alive.Where(t => t.First <= step && step <= t.Last).Sum(t => Bytes(t.Tensor)));
    }

    /// <summary>From the layer that makes a tensor (the frame is there before the first) to the last that reads it; outputs stay.</summary>
    private static (LoweredTensor Tensor, int First, int Last)[] Lifetimes(LoweredNetwork network)
    {
        LoweredTensor[] tensors = [network.Input, .. network.Layers.Select(l => l.Output)];
        return [.. tensors.Select((t, i) =>
        {
            int last = network.Layers.FindLastIndex(l => l.Reads.Contains(t));
            return (t, i - 1, network.Outputs.Contains(t) ? int.MaxValue : Math.Max(i - 1, last));
        })];
    }

    private static long Bytes(LoweredTensor t) => (((long)t.ElementCount * (t.Bits == 32 ? 4 : 1)) + 63) / 64 * 64;

    private static LoweredNetwork Random(int seed)
    {
        Random r = new(seed);
        LoweredTensor Tensor(int i) => new($"t{i}", r.Next(1, 20), r.Next(1, 10), r.Next(1, 10)) { Bits = r.Next(8) == 0 ? 32 : 8 };
        LoweredNetwork network = new() { Input = Tensor(0), Layers = [], Outputs = [] };
        List<LoweredTensor> made = [network.Input];
        for (int i = r.Next(1, 25); i > 0; i--)
        {
            LoweredTensor output = Tensor(made.Count);
            Piece[] reads = [.. Enumerable.Range(0, r.Next(1, 4)).Select(_ => made[Math.Max(0, made.Count - 1 - r.Next(r.Next(1, 9)))]).Select(t => new Piece(t, 0, t.Channels))];
            network.Layers.Add(LinearForms.Identity($"l{i}", "Identity", reads, output));
            made.Add(output);
        }

        network.Outputs.Add(made[^1]);
        if (r.Next(2) == 0)
            network.Outputs.Add(made[r.Next(made.Count)]);
        return network;
    }
}
