using System.Numerics;
using Barrel.Runtime.Tests.Models;

namespace Barrel.Runtime.Tests;

/// <summary>Log codes: what they stand for, and the sums at which they change.</summary>
[TestClass]
public class LogCodeTests
{
    [TestMethod]
    public void UnsignedCodesAreZeroAndPowers()
    {
        TensorInfo tensor = Tensor(4, 0);
        int[] levels = [.. Enumerable.Range(0, 16).Select(tensor.LevelOf)];
        CollectionAssert.AreEqual(new[] { 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384 }, levels);
        Assert.AreEqual(16384, tensor.LevelMax());
    }

    [TestMethod]
    public void SignedCodesLieAroundTheZero()
    {
        // Two bits and a sign: −4, −2, −1, 0, 1, 2, 4, counted from the lowest.
        TensorInfo tensor = Tensor(3, 3);
        CollectionAssert.AreEqual(new[] { 0, 2, 3, 4, 5, 6, 8 }, Enumerable.Range(0, 7).Select(tensor.LevelOf).ToArray());
    }

    [TestMethod]
    public void NoCodeLeavesSixteenBits()
    {
        for (int bits = 2; bits <= 8; bits++)
            for (int zero = 0; zero <= Math.Min(14, (1 << bits) - 1); zero++)
            {
                TensorInfo tensor = Tensor(bits, zero);
                int[] levels = Array.ConvertAll(tensor.LevelTable()!, l => (int)l);
                Assert.IsLessThanOrEqualTo(16384, levels.Max());
                CollectionAssert.AreEqual(levels.Order().ToArray(), levels, "codes rise with their levels");
                for (int code = 0; code < 1 << bits; code++)
                {
                    Assert.AreEqual(levels[code], tensor.LevelOf(code));
                    Assert.AreEqual(ReferenceModel.Level(tensor, code), levels[code]);
                }
            }
    }

    /// <summary>
    /// √2·2^k for k = −1 to 30, rounded up, from its 40 digits: 0.70710…, 1.41421…, 2.82842…, … 1518500249.98… A sum of this much has the upper code.
    /// </summary>
    [TestMethod]
    public void TheBorderIsTheFirstIntegerAboveRootTwo()
    {
        int[] golden =
        [
            1, 2, 3, 6, 12, 23, 46, 91, 182, 363, 725, 1449, 2897, 5793, 11586, 23171, 46341, 92682, 185364, 370728, 741456, 1482911, 2965821, 5931642,
            11863284, 23726567, 47453133, 94906266, 189812532, 379625063, 759250125, 1518500250,
        ];
        TensorInfo tensor = Tensor(4, 0);
        for (int shift = 0; shift < golden.Length; shift++)
        {
            int[] borders = LogCode.BordersOf(tensor, shift);
            for (int code = 1; code <= 15 && code - 1 + shift < golden.Length; code++)
            {
                int first = golden[code - 1 + shift];
                Assert.AreEqual(code, LogCode.CodeOf(borders, first), $"shift {shift}: {first} passes √2·2^{code - 2 + shift}");
                Assert.AreEqual(code - 1, LogCode.CodeOf(borders, first - 1), $"shift {shift}: {first - 1} does not pass √2·2^{code - 2 + shift}");
                BigInteger square = BigInteger.Pow(first, 2) * 2;
                Assert.IsTrue(square >= BigInteger.Pow(4, code - 1 + shift) && BigInteger.Pow(first - 1, 2) * 2 < BigInteger.Pow(4, code - 1 + shift));
            }
        }
    }

    [TestMethod]
    [DataRow(0, 0)]
    [DataRow(1, 1)]
    [DataRow(int.MaxValue, 15)]
    [DataRow(int.MinValue, 0)]
    [DataRow(-1, 0)]
    public void UnsignedEnds(int sum, int expected) => Assert.AreEqual(expected, LogCode.CodeOf(LogCode.BordersOf(Tensor(4, 0), 0), sum));

    [TestMethod]
    public void SignedBordersMirror()
    {
        int[] borders = LogCode.BordersOf(Tensor(5, 14), 4);
        foreach (int sum in (int[])[0, 1, 11, 12, 22, 23, 45, 46, 181, 182, 92681, 92682, int.MaxValue])
        {
            Assert.AreEqual(28, LogCode.CodeOf(borders, sum) + LogCode.CodeOf(borders, -sum), $"±{sum}");
            Assert.AreEqual(sum < 12 ? 14 : sum < 23 ? 15 : sum < 46 ? 16 : 17, Math.Min(17, LogCode.CodeOf(borders, sum)), $"{sum}: 12 > √2·8, 23 > √2·16");
        }

        // Borders beyond 32 bits: nothing reaches them.
        int[] far = LogCode.BordersOf(Tensor(5, 14), 31);
        Assert.AreEqual(14, LogCode.CodeOf(far, 1518500249));
        Assert.AreEqual(15, LogCode.CodeOf(far, 1518500250));
        Assert.AreEqual(15, LogCode.CodeOf(far, int.MaxValue));
        Assert.AreEqual(13, LogCode.CodeOf(far, -int.MaxValue));
    }

    [TestMethod]
    [DataRow(1, 0, "bits")]
    [DataRow(32, 0, "bits")]
    [DataRow(5, 15, "zero")]
    [DataRow(8, 200, "zero")]
    public void WhatNoCompilerWritesIsRefused(int bits, int zero, string word)
    {
        TestModel made = SampleModels.OneRow(8, 4, AccumulatorLayer.ModeRequantize);
        TensorInfo output = made.Model.Tensors[1];
        (output.IsLog, output.Bits, output.Zeros) = (true, bits, [(byte)zero]);
        BarrelException refused = Assert.ThrowsExactly<BarrelException>(made.Load);
        Assert.AreEqual(ModelErrors.BadField, refused.Code);
        Assert.Contains(word, refused.Message);
    }

    [TestMethod]
    public void AZeroForEachChannelIsRefused()
    {
        TestModel made = SampleModels.Convolution(3, 2, 4, 4, 8, new Random(1));
        TensorInfo middle = made.Model.Tensors[1];
        (middle.IsLog, middle.Zeros) = (true, [1, 2]);
        Assert.AreEqual(ModelErrors.BadField, Assert.ThrowsExactly<BarrelException>(made.Load).Code);
    }

    [TestMethod]
    public void ALogInputIsRefused()
    {
        TestModel made = SampleModels.OneRow(8, 4, AccumulatorLayer.ModeRequantize);
        made.Model.Tensors[0].IsLog = true;
        Assert.AreEqual(ModelErrors.BadField, Assert.ThrowsExactly<BarrelException>(made.Load).Code);
    }

    [TestMethod]
    [DataRow(true, 0, 3, true, DisplayName = "another zero")]
    [DataRow(false, 0, 0, true, DisplayName = "linear from log")]
    [DataRow(true, 0, 0, false, DisplayName = "the same codes")]
    public void PoolsKeepTheKindOfCodes(bool madeIsLog, int sourceZero, int madeZero, bool refused)
    {
        TestModel made = SampleModels.OneRow(8, 4, AccumulatorLayer.ModeRequantize);
        (made.Model.Tensors[1].IsLog, made.Model.Tensors[1].Bits, made.Model.Tensors[1].Zeros) = (true, 4, [(byte)sourceZero]);
        ((TapLayer)made.Model.Layers[0]).High = [15];
        int pooled = made.AddTensor(1, 1, 2, 4);
        (made.Model.Tensors[pooled].IsLog, made.Model.Tensors[pooled].Zeros) = (madeIsLog, [(byte)madeZero]);
        made.AddLayer(new MaxPoolLayer { Input = 1, Output = pooled, KernelHeight = 1, KernelWidth = 2, StrideY = 1, StrideX = 2, DilationY = 1, DilationX = 1 });
        made.PlaceTensors(false);
        if (refused)
            Assert.AreEqual(ModelErrors.BadField, Assert.ThrowsExactly<BarrelException>(made.Load).Code);
        else
            Assert.HasCount(2, made.Load().Layers);
    }

    /// <summary>The greatest level is 2^14, so 2^16 of it fit 31 bits and 2^17 do not.</summary>
    [TestMethod]
    [DataRow(16, 0, false)]
    [DataRow(17, 0, true)]
    [DataRow(0, 16, false)]
    [DataRow(0, 17, true)]
    public void RangesAreReckonedInLevels(int exponent, int skipShift, bool refused)
    {
        TestModel made = SampleModels.OneRow(8, 4, AccumulatorLayer.ModeRequantize);
        (made.Model.Tensors[1].IsLog, made.Model.Tensors[1].Bits) = (true, 4);
        ((TapLayer)made.Model.Layers[0]).High = [15];
        TapLayer last = new()
        {
            Inputs = [new TapInput { Tensor = 1, Channels = 1 }], Output = made.AddTensor(1, 1, 4, 32), Mode = AccumulatorLayer.ModeRaw, Groups = 1, Rows = 1,
            KernelHeight = 1, KernelWidth = 1, StrideY = 1, StrideX = 1, DilationY = 1, DilationX = 1, PhaseY = 1, PhaseX = 1,
            Bias = [0], Skips = [new TapInput { Tensor = 1, Channels = 1 }], SkipShift = [[(byte)skipShift]],
        };
        made.Taps.Add(last, [[new TestTap(0, exponent, false)]]);
        made.AddLayer(last);
        made.PlaceTensors(false);
        if (refused)
            Assert.AreEqual(ModelErrors.Overflow, Assert.ThrowsExactly<BarrelException>(made.Load).Code);
        else
            Assert.HasCount(2, made.Load().Layers);
    }

    [TestMethod]
    [DataRow(0, false)]
    [DataRow(8, true)]
    public void FractionsOfLogCodesAreRefused(int fraction, bool refused)
    {
        TestModel made = SampleModels.OneRow(8, 4, AccumulatorLayer.ModeRequantize);
        (made.Model.Tensors[1].IsLog, made.Model.Tensors[1].Bits) = (true, 4);
        ((TapLayer)made.Model.Layers[0]).High = [15];
        int resized = made.AddTensor(1, 1, 2, 4);
        made.Model.Tensors[resized].IsLog = true;
        made.AddLayer(new ResizeLayer { Input = 1, Output = resized, RowIndex = [0], RowFraction = [0], ColumnIndex = [0, 1], ColumnFraction = [0, (byte)fraction] });
        made.PlaceTensors(false);
        if (refused)
            Assert.AreEqual(ModelErrors.BadField, Assert.ThrowsExactly<BarrelException>(made.Load).Code);
        else
            Assert.HasCount(2, made.Load().Layers);
    }

    private static TensorInfo Tensor(int bits, int zero) => new() { Channels = 1, Height = 1, Width = 1, Bits = bits, IsLog = true, Zeros = [(byte)zero], ScaleExponents = [0] };
}
