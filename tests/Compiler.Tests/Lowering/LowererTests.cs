using Barrel.Compiler.Cards;
using Barrel.Compiler.Data;
using Barrel.Compiler.Graphs;
using Barrel.Compiler.Import;
using Barrel.Compiler.Lowering;
using Barrel.Compiler.Quantizing;
using Barrel.Compiler.Tests.Data;
using Barrel.Runtime;
using CsCheck;

namespace Barrel.Compiler.Tests.Lowering;

/// <summary>Every rule of fusion: the lowered network computes what its graph computes, in as many layers as the rule promises.</summary>
[TestClass]
public class LowererTests
{
    [TestMethod]
    public void ConvolutionTakesInSkipAndRectifier() => Check(2, b =>
    {
        Value skip = b.Conv(b.Input, 4, pad: 1);
        return [b.Relu(b.Sum(b.Conv(skip, 4, pad: 1), skip))];
    });

    [TestMethod]
    public void OfTwoConvolutionsTheLaterTakesInTheSum()
    {
        LoweredNetwork network = Check(2, b => [b.Relu(b.Sum(b.Conv(b.Input, 4, pad: 1), b.Conv(b.Input, 4, kernel: 1)))]);
        Assert.HasCount(1, ((LinearLayer)network.Layers[1]).Skips);
    }

    [TestMethod]
    public void TwoSkipsAtMost() => Check(5, b =>
    {
        Value s = b.Conv(b.Input, 4, pad: 1);
        Value sum = b.Conv(s, 4, kernel: 1);
        Value t = b.Relu(s);
        sum = b.Sum(sum, s);
        sum = b.Sum(sum, t);
        sum = b.Sum(b.Slice(b.Concat(s, t), 2, 4), sum);
        return [b.Relu(sum), t];
    });

    [TestMethod]
    public void SkipOfAChannelSlice() => Check(2, b =>
    {
        Value wide = b.Conv(b.Input, 9, pad: 1);
        return [b.Sum(b.Slice(wide, 3, 4), b.Conv(wide, 4, kernel: 1))];
    });

    [TestMethod]
    public void SlopesOfEachChannelAndOne() => Check(2, b => [b.PRelu(b.Conv(b.PRelu(b.Conv(b.Input, 5)), 3), [0.2f])]);

    [TestMethod]
    public void RectifierOfWhatOthersReadStandsAlone() => Check(3, b =>
    {
        Value raw = b.Conv(b.Input, 4, pad: 1);
        return [b.Sum(b.PRelu(raw), b.Conv(raw, 4, pad: 1))];
    });

    [TestMethod]
    public void SumBehindARectifierOrClampStandsAlone() => Check(4, b =>
    {
        Value one = b.Conv(b.Input, 4, pad: 1);
        Value two = b.Sum(b.PRelu(b.Conv(b.Input, 4, pad: 1)), one);
        return [two, b.Clip(one, -0.25f, 0.5f)];
    });

    [TestMethod]
    public void ClampsAreJoined() => Check(1, b => [b.Clip(b.Clip(b.Relu(b.Conv(b.Input, 4)), 0, 6), 0.25f, 0.75f)]);

    [TestMethod]
    [DataRow(-1f, 0.25f, 0.5f, 2f)]
    [DataRow(0.5f, 2f, -1f, 0.25f)]
    [DataRow(-1f, 1f, 0.5f, -0.5f)]
    public void ClampsWithoutCommonGround(float low, float high, float nextLow, float nextHigh) =>
        Check(1, b => [b.Clip(b.Clip(b.Conv(b.Input, 4), low, high), nextLow, nextHigh)]);

    [TestMethod]
    public void RectifierBehindAClamp() => Check(2, b => [b.PRelu(b.Clip(b.Conv(b.Input, 4), -0.5f, 0.5f), [0.5f])]);

    [TestMethod]
    public void ConcatIsReadInPieces()
    {
        LoweredNetwork network = Check(3, b =>
        {
            Value one = b.Conv(b.Input, 3, pad: 1);
            Value two = b.Conv(one, 5, pad: 1);
            return [b.Conv(b.Concat(two, b.Input, one), 4)];
        });
        Assert.HasCount(3, ((LinearLayer)network.Layers[2]).Inputs);
    }

    [TestMethod]
    public void NeighbouringSlicesAreJoinedAgain()
    {
        LoweredNetwork network = Check(2, b =>
        {
            Value wide = b.Conv(b.Input, 8);
            return [b.Conv(b.Concat(b.Slice(wide, 1, 3), b.Slice(wide, 4, 2)), 4)];
        });
        Assert.AreEqual(new Piece(network.Layers[0].Output, 1, 5), ((LinearLayer)network.Layers[1]).Inputs.Single());
    }

    [TestMethod]
    public void SliceAcrossPiecesOfAConcat() => Check(3, b =>
    {
        Value one = b.Conv(b.Input, 3, pad: 1);
        Value two = b.Conv(one, 5, pad: 1);
        return [b.Conv(b.Slice(b.Concat(one, two, b.Input), 2, 7), 4)];
    });

    [TestMethod]
    [DataRow(2, 2)]
    [DataRow(4, 1)]
    [DataRow(1, 8)]
    public void NearestUpsamplingIsAWayOfReading(int timesY, int timesX) => Check(2, b => [b.Conv(b.Nearest(b.Conv(b.Input, 4), timesY, timesX), 3, pad: 1)]);

    [TestMethod]
    public void UpsamplingTwiceAndConcat() => Check(3, b =>
    {
        Value small = b.Conv(b.Input, 4, kernel: 4, stride: 4);
        Value large = b.Conv(b.Input, 3, pad: 1);
        return [b.Conv(b.Concat(b.Nearest(b.Nearest(small, 2, 2), 2, 2), large), 3, pad: 1)];
    }, height: 12, width: 16);

    [TestMethod]
    public void NearestByThreeIsATable() => Check(3, b => [b.Conv(b.Nearest(b.Conv(b.Input, 4), 3, 2), 3, pad: 1)]);

    [TestMethod]
    public void NearestThatShrinksIsATable() => Check(3, b =>
        [b.Conv(b.Resize(b.Conv(b.Input, 4), Enumerable.Range(0, 4).Select(y => (y * 2, 0f)), Enumerable.Range(0, 5).Select(x => (x * 2, 0f))), 2)]);

    [TestMethod]
    [DataRow(20, 24)]
    [DataRow(7, 5)]
    [DataRow(8, 31)]
    public void BilinearIsATable(int height, int width) => Check(3, b => [b.Conv(b.Bilinear(b.Conv(b.Input, 4), height, width), 2)]);

    [TestMethod]
    public void BilinearOfTheInput() => Check(3, b => [b.Conv(b.Bilinear(b.Input, 20, 24), 2)]);

    [TestMethod]
    public void DepthToSpaceBecomesPhases()
    {
        LoweredNetwork network = Check(1, b => [b.PRelu(b.DepthToSpace(b.Conv(b.Input, 12, pad: 1), 2))]);
        Assert.AreEqual(4, ((LinearLayer)network.Layers[0]).Phases);
    }

    [TestMethod]
    public void DepthToSpaceBehindSlopesOfEachChannel() => Check(2, b => [b.DepthToSpace(b.PRelu(b.Conv(b.Input, 18, pad: 1)), 3)]);

    [TestMethod]
    public void DepthToSpaceOfAConcatIsACopy() => Check(3, b =>
        [b.Sum(b.Conv(b.Input, 2, pad: 1), b.DepthToSpace(b.Concat(b.Conv(b.Input, 3, stride: 2, pad: 1), b.Conv(b.Input, 5, stride: 2, pad: 1)), 2))], height: 10, width: 12, exactLayers: false);

    [TestMethod]
    [DataRow(2, 2, 0, 1, 1, 0)]
    [DataRow(3, 2, 1, 1, 1, 1)]
    [DataRow(3, 2, 1, 1, 1, 0)]
    [DataRow(4, 2, 1, 1, 2, 0)]
    [DataRow(3, 3, 0, 2, 1, 0)]
    [DataRow(2, 3, 0, 1, 2, 2)]
    [DataRow(5, 1, 2, 1, 1, 0)]
    [DataRow(1, 2, 0, 1, 1, 0)]
    public void TransposedConvolution(int kernel, int stride, int pad, int dilation, int groups, int outputPadding) =>
        Check(2, b => [b.Relu(b.ConvTranspose(b.Conv(b.Input, 4), 6, kernel, stride, pad, dilation, groups, outputPadding))]);

    [TestMethod]
    public void TransposedConvolutionOfTwoStrides() => Check(2, b => [b.ConvTranspose(b.Conv(b.Input, 4), 3, 3, 2, pad: 1, strideX: 3)]);

    [TestMethod]
    public void SumsBehindTransposedConvolutionsStandAlone() => Check(3, b =>
    {
        Value up = b.ConvTranspose(b.Conv(b.Input, 4, stride: 2, pad: 1), 3, 2, 2);
        return [b.Relu(b.Sum(up, b.Input))];
    }, height: 8, width: 8);

    [TestMethod]
    public void ScaleBehindASumTakesBoth()
    {
        LoweredNetwork network = Check(4, b =>
        {
            Value one = b.Conv(b.Input, 3, pad: 1);
            Value two = b.Conv(one, 5, pad: 1);
            Value wide = b.Conv(two, 8, kernel: 1);
            Value sum = b.Sum(b.Concat(one, two), wide);
            return [b.PRelu(b.Scale(sum)), b.Slice(wide, 0, 1)];
        }, exactLayers: false);
        Assert.HasCount(0, network.Layers.OfType<LinearLayer>().SelectMany(l => l.Skips));
    }

    [TestMethod]
    public void SumOfAValueWithItself() => Check(2, b =>
    {
        Value one = b.Conv(b.Input, 3);
        return [b.Relu(b.Sum(one, one))];
    });

    [TestMethod]
    public void SumOfTwoConcats() => Check(5, b =>
    {
        Value[] v = [b.Conv(b.Input, 3), b.Conv(b.Input, 2), b.Conv(b.Input, 1), b.Conv(b.Input, 4)];
        return [b.Sum(b.Concat(v[0], v[1]), b.Concat(v[2], v[3]))];
    });

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    public void DepthwiseAndDilated(int stride) => Check(3, b =>
        [b.Relu(b.Conv(b.PRelu(b.Conv(b.Conv(b.Input, 6), 6, stride: stride, pad: 2, dilation: 2, groups: 6)), 4, kernel: 1))]);

    [TestMethod]
    public void KernelsThatAreNotSquare() => Check(2, b => [b.Conv(b.Conv(b.Input, 4, kernel: 1, kernelWidth: 5, padLeft: 2), 4, kernel: 3, kernelWidth: 1, stride: 2, pad: 1, padLeft: 0, groups: 2)]);

    [TestMethod]
    [DataRow(0, 0)]
    [DataRow(1, 1)]
    public void StridedSliceAsAShortcut(int top, int left) => Check(3, b =>
    {
        Value x = b.Conv(b.Input, 4, pad: 1);
        Value shortcut = b.StridedSlice(x, 2, top, left);
        return [b.Relu(b.Sum(b.Conv(x, 4, stride: 2, pad: 1), shortcut))];
    }, height: 10, width: 12);

    [TestMethod]
    [DataRow(3, 2, 1, 1)]
    [DataRow(2, 2, 0, 1)]
    [DataRow(3, 1, 2, 2)]
    public void MaxPool(int kernel, int stride, int pad, int dilation) => Check(3, b => [b.Conv(b.MaxPool(b.PRelu(b.Conv(b.Input, 4)), kernel, stride, pad, dilation), 2)]);

    [TestMethod]
    public void MaxPoolOfInputAndConcat() => Check(4, b =>
        [b.Conv(b.MaxPool(b.Concat(b.MaxPool(b.Input, 3, 1, 1), b.Input), 2, 2), 3)], exactLayers: false);

    [TestMethod]
    public void SignsMakeOnesAndMinusOnes() => Check(3, b => [b.Conv(b.Sign(b.Conv(b.Sign(b.Input), 4)), 3)]);

    [TestMethod]
    public void TrainedGrids() => Check(3, b =>
        [b.Conv(b.Grid(b.Sum(b.Conv(b.Grid(b.Relu(b.Conv(b.Input, 4, pad: 1)), 0, 15, 0.125f), 4, pad: 1), b.Slice(b.Conv(b.Input, 6, pad: 1), 1, 4)), 8, 15, 0.25f, 0.5f, 0.125f, 0.25f), 2)],
        exactLayers: false);

    [TestMethod]
    public void ArgMaxIsTheWriteOut()
    {
        LoweredNetwork network = Check(1, b => [b.ArgMax(b.Conv(b.Input, 7))]);
        Assert.AreEqual(WriteOut.ArgMax, ((LinearLayer)network.Layers[0]).WriteOut);
        Check(2, b => [b.ArgMax(b.Relu(b.Conv(b.Input, 7)))]);
        Check(1, b => [b.ArgMax(b.DepthToSpace(b.Conv(b.Input, 12), 2))]);
    }

    [TestMethod]
    public void OutputsMayBeReadByOthersAndBeViews() => Check(4, b =>
    {
        Value one = b.Conv(b.Input, 4, pad: 1);
        Value two = b.Relu(one);
        Value three = b.Conv(two, 4, pad: 1);
        return [one, three, b.Concat(two, three), two];
    }, exactLayers: false);

    [TestMethod]
    public void AverageThatDoesNotCountItsPaddingIsRefused()
    {
        GraphBuilder b = new(1, 3, 8, 8);
        b.Graph.Body.Add(new AveragePool
        {
            Name = "pool",
            OnnxOperator = "AveragePool",
            Inputs = [b.Input],
            Output = new Value("y", 1, 3, 8, 8),
            KernelHeight = 3,
            KernelWidth = 3,
            PadTop = 1,
            PadLeft = 1,
        });
        b.To(b.Graph.Body[0].Output);
        Expect.Error(LoweringErrors.NoTapForm, () => Lowerer.Lower(b.Graph, new LoweredTensor("input", 3, 8, 8)), "AveragePool", "'pool'");
    }

    [TestMethod]
    public void RandomGraphs() => Gen.Int[0, int.MaxValue].Each(600, seed => LoweredRun.Same(Lowering.RandomGraphs.Make(seed), seed));

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
    public void RealNetworks(string name)
    {
        string path = SharedData.Model(name);
        Graph graph = OnnxImporter.ImportFile(path);
        ModelCard card = ModelCard.For(path, null);
        InputFormat format = NetworkCompiler.InputFormatOf(graph, card);
        byte[] codes = CalibrationFrames.Synthetic(format, 3);
        float[] input = new float[codes.Length];
        new CodeValues(card.Input, format).Fill(codes, input);
        IReadOnlyDictionary<Value, float[]> expected = FloatRunner.Run(graph, input);
        LoweredNetwork network = NetworkCompiler.Lower(graph, card);
        LoweredRun.CheckShapes(network);
        Assert.AreEqual(graph.Body.Any(n => n is ActivationGrid), network.Layers.OfType<LinearLayer>().Any(l => l.Grid is not null));
        InputFactors.Fold(network);
        float[][] actual = LoweredRun.Outputs(network, codes);
        for (int i = 0; i < actual.Length; i++)
        {
            float[] wanted = expected[graph.Outputs[i]];
            if (network.Layers.Find(l => l.Output == network.Outputs[i]) is LinearLayer { WriteOut: WriteOut.Threshold } mask)
            {
                Assert.AreEqual(0, wanted.Zip(actual[i]).Count(p => (p.First >= mask.Threshold) != (p.Second >= mask.Threshold)), name);
                continue;
            }

            // A sum that lies on the border between two codes of a trained grid may fall to either side; few do.
            if (network.Layers.OfType<LinearLayer>().Any(l => l.Grid is not null))
            {
                int different = wanted.Zip(actual[i]).Count(p => Math.Abs(p.First - p.Second) > 1e-4 * Math.Max(1, Math.Abs(p.First)));
                Assert.IsLessThanOrEqualTo(wanted.Length / 1000, different, name);
                continue;
            }

            float scale = wanted.Max(Math.Abs);
            for (int k = 0; k < wanted.Length; k++)
                Assert.AreEqual(wanted[k], actual[i][k], 1e-4f * scale, $"{name}, output {i}, element {k}");
        }
    }

    /// <summary>Builds, lowers, compares; the rule's number of layers must come out.</summary>
    private static LoweredNetwork Check(int layers, Func<GraphBuilder, Value[]> make, int height = 9, int width = 11, bool exactLayers = true)
    {
        LoweredNetwork? network = null;
        for (int seed = 1; seed <= 3; seed++)
        {
            GraphBuilder builder = new(seed, 3, height, width);
            network = LoweredRun.Same(builder.To(make(builder)), seed);
            if (exactLayers)
                Assert.HasCount(layers, network.Layers, string.Join(", ", network.Layers.Select(l => l.Name)));
        }

        return network!;
    }

    [TestMethod]
    public void LiveTensorsAreThoseThatAreStillRead()
    {
        GraphBuilder b = new(1, 3, 8, 8);
        Value wide = b.Conv(b.Input, 10, pad: 1);
        LoweredNetwork chain = NetworkCompiler.Lower(b.To(b.Conv(b.Conv(wide, 2, pad: 1), 9, pad: 1)), new ModelCard());
        Assert.AreEqual((3 + 10) * 64, chain.LiveElementsMax);

        // The first tensor is still read by the last layer.
        b = new GraphBuilder(1, 3, 8, 8);
        wide = b.Conv(b.Input, 10, pad: 1);
        LoweredNetwork skip = NetworkCompiler.Lower(b.To(b.Sum(wide, b.Conv(b.Conv(wide, 7, pad: 1), 10, pad: 1))), new ModelCard());
        Assert.AreEqual((10 + 7 + 10) * 64, skip.LiveElementsMax);
    }
}
