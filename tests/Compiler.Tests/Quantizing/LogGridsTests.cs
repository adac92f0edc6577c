using Barrel.Compiler.Graphs;
using Barrel.Compiler.Lowering;
using Barrel.Compiler.Quantizing;
using Barrel.Compiler.Tests.Lowering;
using CsCheck;

namespace Barrel.Compiler.Tests.Quantizing;

/// <summary>Log codes of activations: golden vectors of LogQuant at their edges, and the search for a tensor's full-scale range.</summary>
[TestClass]
public class LogGridsTests
{
    private const float BelowRoot2 = 1.41421354f;
    private const float AboveRoot2 = 1.41421366f;

    /// <summary>
    /// Two bits, exponents −1, 0, 1: FSR = 2. Clip gives the value 0 where Round(log2 x) ≤ FSR − 2^2 = −2, and 2^(FSR − 1) = 2 where it is ≥ 2.
    /// </summary>
    private static readonly (float X, int Code, float Expected, string Why)[] TwoBitsRangeTwo =
    [
        (0f, 0, 0f, "x = 0"),
        (-0f, 0, 0f, "x = −0"),
        (float.Epsilon, 0, 0f, "log2 = −149"),
        (0.25f, 0, 0f, "Round(log2) = −2: at the minimum"),
        (BelowRoot2 / 4, 0, 0f, "just under −1½ rounds to −2"),
        (AboveRoot2 / 4, 1, 0.5f, "just over −1½ rounds to −1, the least exponent"),
        (0.5f, 1, 0.5f, "log2 = −1"),
        (BelowRoot2 / 2, 1, 0.5f, "just under −½ rounds to −1"),
        (AboveRoot2 / 2, 2, 1f, "just over −½ rounds to 0"),
        (0.74f, 2, 1f, "−0.43 rounds to 0, although 0.74 is nearer to 0.5"),
        (BelowRoot2, 2, 1f, "just under ½ rounds to 0"),
        (AboveRoot2, 3, 2f, "just over ½ rounds to 1"),
        (2f * BelowRoot2, 3, 2f, "just under 1½ rounds to 1"),
        (2f * AboveRoot2, 3, 2f, "just over 1½ rounds to 2 = FSR: clipped to FSR − 1"),
        (4f, 3, 2f, "2^FSR: clipped"),
        (float.MaxValue, 3, 2f, "log2 = 128: clipped"),
        (float.PositiveInfinity, 3, 2f, "an upper clamp that the layer does not have"),
    ];

    [TestMethod]
    public void UnsignedCodes()
    {
        LoweredTensor tensor = new("t", 1, 1, 1) { Bits = 2, IsLog = true, ScaleExponents = [-1] };
        foreach ((float x, int code, float expected, string why) in TwoBitsRangeTwo)
            AssertCode(tensor, x, code, expected, why);
        foreach (float x in new[] { -0.1f, -1f, -1000f, float.NegativeInfinity })
            AssertCode(tensor, x, 0, 0f, "no code stands for a negative value");
    }

    [TestMethod]
    public void SignedCodesMirror()
    {
        // One more bit: codes 0 to 6 around 3.
        LoweredTensor tensor = new("t", 1, 1, 1) { Bits = 3, IsLog = true, ScaleExponents = [-1], Zeros = [3] };
        Assert.AreEqual(6, tensor.CodeMax);
        foreach ((float x, int code, float expected, string why) in TwoBitsRangeTwo)
        {
            AssertCode(tensor, x, 3 + code, expected, why);
            AssertCode(tensor, -x, 3 - code, -expected, why + ", and the sign stays");
        }
    }

    [TestMethod]
    public void TheRangeIsThatOfLeastSquares() => Gen.Int[0, int.MaxValue].Each(200, seed =>
    {
        Random r = new(seed);
        int bits = r.Next(2, 6);
        bool signed = r.Next(2) == 0;
        LoweredTensor tensor = new("t", 3, 5, 7);
        double scale = Math.Pow(2, r.Next(-20, 20));
        bool oneLarge = r.Next(2) == 0;
        float[][] frames = [.. Enumerable.Range(0, 3).Select(_ => Enumerable.Range(0, tensor.ElementCount).Select(_ => Value()).ToArray())];
        if (oneLarge)
            frames[0][0] = (float)(8 * scale);
        float Value()
        {
            // With few exponents and a single large value it is best to clip that one.
            double v = (oneLarge ? 0.5 + (r.NextDouble() / 2) : Math.Pow(r.NextDouble(), 4)) * scale;
            return (float)(signed && r.Next(3) == 0 ? -v : v);
        }

        LogGrids.Choose(Network(tensor), tensor, frames, bits);
        int exponents = Math.Min((1 << bits) - 1, signed ? 14 : 15);
        Assert.AreEqual(signed ? exponents : 0, tensor.Zeros[0]);
        Assert.AreEqual(exponents, tensor.CodeMax - tensor.Zeros[0]);
        Assert.AreEqual(Math.Min(bits, 4) + (signed ? 1 : 0), tensor.Bits);
        Assert.AreEqual(1, tensor.ScaleExponents.Distinct().Count(), "one range a tensor, as published");
        double chosen = ErrorOf(tensor, frames);
        int found = tensor.ScaleExponents[0];
        for (int other = found - 12; other <= found + 12; other++)
        {
            Array.Fill(tensor.ScaleExponents, other);
            Assert.IsLessThanOrEqualTo(ErrorOf(tensor, frames), chosen, $"seed {seed}: range {other} is better than {found}");
        }
    });

    [TestMethod]
    public void ADeadTensorHasARange()
    {
        LoweredTensor tensor = new("t", 1, 2, 2);
        LogGrids.Choose(Network(tensor), tensor, [new float[4]], 4);
        Assert.IsTrue(tensor.ScaleExponents[0] is > -100 and < 100);
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void WhatIsInterpolatedStaysLinear(bool poolBetween)
    {
        GraphBuilder b = new(1, 3, 8, 8);
        Value x = b.Conv(b.Input, 4, kernel: 1);
        Value pooled = poolBetween ? b.MaxPool(x, 3, 1, 1) : x;
        Value seven = b.Bilinear(pooled, 7, 7);
        Value last = b.PRelu(b.Conv(seven, 2, kernel: 1), null);
        b.To(b.Conv(last, 2, kernel: 1));
        LoweredNetwork network = Lowerer.Lower(b.Graph, new LoweredTensor("input", 3, 8, 8) { Subtract = [0, 0, 0], Multiply = [1, 1, 1] });
        ((LinearLayer)network.Layers[^1]).WriteOut = WriteOut.Raw;
        byte[] frame = [.. Enumerable.Range(0, 192).Select(i => (byte)(i * 31))];
        QuantizeOptions options = new() { Activations = ActivationScheme.Log2, ActivationBits = 3, AddsPerMac = 4 };
        Quantizer.Quantize(network, [frame], options);
        LoweredTensor[] made = [.. network.Layers.Select(l => l.Output)];
        LoweredTensor log = made.Single(t => t.IsLog);
        Assert.AreSame(made[^2], log);
        Assert.AreEqual(4, made[0].Bits, "linear codes have 4 bits at least");
        string[] remarks = [.. LogGrids.Remarks(network, options)];
        Assert.Contains($"1 of {(poolBetween ? 4 : 3)} tensors hold log codes, {(log.Zeros[0] > 0 ? 1 : 0)} of them signed", remarks[0]);
        Assert.HasCount(poolBetween ? 4 : 3, remarks);
        Assert.Contains(made[0].Name, remarks[1]);
    }

    private static void AssertCode(LoweredTensor tensor, float x, int code, float expected, string why)
    {
        Assert.AreEqual(code, LogGrids.CodeOf(tensor, x), $"{x:G9}: {why}");
        if (float.IsInfinity(x))
            return;
        float[] values = [x];
        LogGrids.Round(tensor, values);
        Assert.AreEqual(expected, values[0], $"{x:G9}: {why}");
        Assert.AreEqual(expected, MathF.ScaleB(tensor.LevelOf(0, code) - tensor.ZeroLevelOf(0), -1), $"code {code} stands for it");
    }

    private static double ErrorOf(LoweredTensor tensor, float[][] frames) => frames.Sum(f =>
    {
        float[] rounded = [.. f];
        LogGrids.Round(tensor, rounded);
        return rounded.Zip(f).Sum(p => Math.Pow((double)p.First - p.Second, 2));
    });

    private static LoweredNetwork Network(LoweredTensor tensor) => new() { Input = tensor, Layers = [], Outputs = [] };
}
