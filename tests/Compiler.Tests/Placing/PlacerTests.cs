using Barrel.Boards;
using Barrel.Compiler.Lowering;
using Barrel.Compiler.Packing;
using Barrel.Compiler.Placing;
using Barrel.Compiler.Tests.Packing;
using Barrel.Runtime;

namespace Barrel.Compiler.Tests.Placing;

/// <summary>Where chains lie: on the chip, apart from each other, away from bad processing elements, and the network is the same.</summary>
[TestClass]
public class PlacerTests
{
    [TestMethod]
    public void WhatFitsLiesInOrderInOnePass()
    {
        Model model = BinaryNetwork.Make(new Random(1), 40, true, new(9), new(5), new(3, 1, WriteOut.Raw));
        PlacedNetwork placed = Placer.Place(model, TestChip.Board(100));
        Assert.AreEqual(1, placed.Placement.Passes);
        Assert.AreEqual(0, placed.LostSegments);
        int next = 0;
        foreach (PlacedLayer layer in placed.Placement.Layers)
            for (int row = 0; row < layer.Pass.Length; row++)
                if (layer.Chains.PesOf(row) is int pes and > 0)
                {
                    Assert.AreEqual(next, layer.FirstSegment[row]);
                    next += (pes + 15) / 16;
                }
    }

    [TestMethod]
    public void PlacedBlobsReadBackAndAreTheSameNetwork()
    {
        int several = 0;
        for (int seed = 0; seed < 120; seed++)
        {
            Random random = new(seed);
            Model model = BinaryNetwork.Random(random);
            Board board = Board(random, model, out _);
            if (Place(model, board, null) is not { } placed)
                continue;
            Model back = Same(model, placed.Placement, $"seed {seed}");
            several += back.Placement!.Passes > 1 ? 1 : 0;
            byte[] codes = new byte[back.Tensors[back.InputTensor].ByteCount()];
            for (int i = 0; i < codes.Length; i++)
                codes[i] = (byte)random.Next(2);
            Quantized.AssertExecutorsAgree(back, codes);
            CollectionAssert.AreEqual(Quantized.Outputs(model, codes)[0], Quantized.Outputs(back, codes)[0], $"seed {seed}");
        }

        Assert.IsGreaterThan(30, several, "some networks take several passes");
    }

    [TestMethod]
    public void ChainsAvoidBadElements()
    {
        int used = 0, lost = 0, refused = 0, cases = 0;
        for (int seed = 0; seed < 300; seed++)
        {
            Random random = new(seed);
            Model model = BinaryNetwork.Random(random);
            Board board = Board(random, model, out int longest);
            int pes = board.Chip!.Segments * board.Chip.SegmentPes;
            ChipFaultMap map = TestChip.Faults(random, board, random.Next(1, Math.Max(2, pes / 40)));
            if (Place(model, board, map) is not { } placed)
            {
                refused++;
                continue;
            }

            cases++;
            Assert.AreEqual("", TestChip.Misplaced(placed.Placement, map), $"seed {seed}");
            Same(model, placed.Placement, $"seed {seed}");
            lost += placed.LostSegments;
            used += Used(placed.Placement, map);
        }

        Assert.IsGreaterThan(200, cases);
        Assert.IsGreaterThan(0, refused, "some have no room");
        Assert.IsGreaterThan(100, used, "bad elements are used where they agree or lie behind a chain's end");
        Assert.IsGreaterThan(100, lost);
    }

    [TestMethod]
    public void StuckElementsThatAgreeCostNothing()
    {
        Model model = BinaryNetwork.Make(new Random(4), 31, true, new BinarySpec(20, 1, WriteOut.Raw));
        Board board = TestChip.Board(40);
        PlacedNetwork good = Placer.Place(model, board);
        ChipFault[] agreeing =
        [
            .. from row in Enumerable.Range(0, 20)
               from pe in Enumerable.Range(0, 31)
               let first = good.Placement.Layers[0].FirstSegment[row]
               let isMinus = ((good.Placement.Layers[0].Chains.Weights[row] >> pe) & 1) != 0
               select new ChipFault { Segment = first + (pe / 16), Pe = pe % 16, Kind = isMinus ? ChipFault.StuckMinus : ChipFault.StuckPlus },
            .. Enumerable.Range(0, 20).Select(row => new ChipFault { Segment = good.Placement.Layers[0].FirstSegment[row] + 1, Pe = 15, Kind = ChipFault.Dead }),
        ];
        ChipFaultMap map = new() { Board = board.Name, Serial = 1, Segments = 40, SegmentPes = 16, Faults = agreeing };
        PlacedNetwork placed = Placer.Place(model, board, map);
        Assert.AreEqual(0, placed.LostSegments);
        CollectionAssert.AreEqual(good.Placement.Layers[0].FirstSegment, placed.Placement.Layers[0].FirstSegment);
    }

    [TestMethod]
    public void NeuronsChangePlacesSoThatLittleIsLost()
    {
        // Half of all neurons agree with a stuck element: the next that does takes the place.
        Model model = BinaryNetwork.Make(new Random(5), 15, true, new BinarySpec(60, 1, WriteOut.Raw));
        Board board = TestChip.Board(64);
        ChipFaultMap map = new()
        {
            Board = board.Name, Serial = 1, Segments = 64, SegmentPes = 16,
            Faults = [.. Enumerable.Range(0, 40).Select(s => new ChipFault { Segment = s, Pe = s % 15, Kind = s % 2 == 0 ? ChipFault.StuckPlus : ChipFault.StuckMinus })],
        };
        PlacedNetwork placed = Placer.Place(model, board, map);
        Assert.AreEqual(0, placed.LostSegments);
        Assert.AreEqual(1, placed.Placement.Passes);
        Assert.AreEqual("", TestChip.Misplaced(placed.Placement, map));
    }

    [TestMethod]
    public void TheBinaryMnistNetworkIsTheSameOnBothBoards()
    {
        (Compiler.Graphs.Graph graph, Compiler.Cards.ModelCard card, List<byte[]> frames) = Quantized.Real("bnn_lfcW1A1_mnist", 3);
        Model model = Quantized.Of(graph, card, frames, new Compiler.Quantizing.QuantizeOptions()).Model;
        foreach (string name in new[] { "tdnn-sram-65nm", "tdnn-reram-blueprint" })
        {
            Board board = Barrel.Boards.Boards.Find(name);
            PlacedNetwork placed = Placer.Place(model, board);
            Assert.HasCount(4, placed.Placement.Layers);
            Model back = Same(model, placed.Placement, name);
            foreach (byte[] frame in frames)
            {
                Quantized.AssertExecutorsAgree(back, frame);
                CollectionAssert.AreEqual(Quantized.Outputs(model, frame)[0], Quantized.Outputs(back, frame)[0], name);
            }

            ChipFaultMap map = TestChip.Faults(new Random(64), board, 64);
            PlacedNetwork around = Placer.Place(model, board, map);
            Assert.AreEqual("", TestChip.Misplaced(around.Placement, map));
            Same(model, around.Placement, name);
        }
    }

    /// <summary>A chip that the network's chains mostly fit on, now and then several times over.</summary>
    private static Board Board(Random random, Model model, out int longest)
    {
        int segmentPes = 16 * random.Next(1, 5);
        NeuronChains[] chains = [.. model.Layers.OfType<BinaryLayer>().Select(l => new NeuronChains(l, model.Tensors[l.Output]))];
        longest = (chains.Max(c => c.PesMax) + segmentPes - 1) / segmentPes;
        int all = chains.Sum(c => Enumerable.Range(0, c.Layer.Rows).Sum(r => (c.PesOf(r) + segmentPes - 1) / segmentPes));
        return TestChip.Board(Math.Max(longest, random.Next(3) == 0 ? all : all / random.Next(1, 6)) + random.Next(4), segmentPes);
    }

    private static PlacedNetwork? Place(Model model, Board board, ChipFaultMap? map)
    {
        try
        {
            return Placer.Place(model, board, map);
        }
        catch (BarrelException e) when (e.Code == PlacingErrors.NoRoom && map is not null)
        {
            return null;
        }
        catch (BarrelException e) when (e.Code == PlacingErrors.NothingToPlace)
        {
            // All neurons of the only layer have thresholds out of reach.
            return null;
        }
    }

    /// <summary>Written, read and compared; overlaps and places off the chip are refused by the reader.</summary>
    private static Model Same(Model model, Placement placement, string what)
    {
        Model back = Model.Load(PlacementWriter.Append(model.Blob, placement), 1 << 24);
        Placement read = back.Placement!;
        Assert.AreEqual(
            (placement.Board, placement.Kind, placement.Segments, placement.SegmentPes, placement.InputBits, placement.MarginBits, placement.Passes),
            (read.Board, read.Kind, read.Segments, read.SegmentPes, read.InputBits, read.MarginBits, read.Passes), what);
        Assert.HasCount(placement.Layers.Length, read.Layers, what);
        for (int i = 0; i < read.Layers.Length; i++)
        {
            Assert.AreEqual(placement.Layers[i].Layer, read.Layers[i].Layer, what);
            for (int row = 0; row < read.Layers[i].Pass.Length; row++)
                if (read.Layers[i].Chains.FixedCodeOf(row) < 0)
                    Assert.AreEqual(
                        (placement.Layers[i].Pass[row], placement.Layers[i].FirstSegment[row]), (read.Layers[i].Pass[row], read.Layers[i].FirstSegment[row]), what);
        }

        CollectionAssert.AreEqual(PlacementWriter.Append(model.Blob, read), back.Blob, what);
        return back;
    }

    /// <summary>Bad PEs in segments that chains use.</summary>
    private static int Used(Placement placement, ChipFaultMap map)
    {
        HashSet<int> taken = [];
        foreach (PlacedLayer placed in placement.Layers)
            for (int row = 0; row < placed.Pass.Length; row++)
                taken.UnionWith(Enumerable.Range(placed.FirstSegment[row], (placed.Chains.PesOf(row) + placement.SegmentPes - 1) / placement.SegmentPes));
        return map.Faults.Count(f => taken.Contains(f.Segment));
    }
}
