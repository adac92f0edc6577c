using Barrel.Compiler.Quantizing;
using Barrel.Compiler.Training.Grids;
using static TorchSharp.torch;

namespace Barrel.Training.Tests;

/// <summary>The grids that tensors are rounded to, and the gradients that pass them, against the compiler's functions and sums by hand.</summary>
[TestClass]
public class GridTests
{
    [TestMethod]
    [DataRow(WeightScheme.LogNet, 4)]
    [DataRow(WeightScheme.LogNet, 3)]
    [DataRow(WeightScheme.Linear, 4)]
    [DataRow(WeightScheme.Linear, 7)]
    public void Tensors_are_rounded_as_the_compiler_rounds_numbers(WeightScheme scheme, int bits)
    {
        Random random = new(5);
        List<float> values = [0, -0f, 1e-30f, 3e30f, -3e30f];
        for (int e = -12; e < 5; e++)
        {
            // Both sides of the borders of either grid.
            foreach (double border in (double[])[Math.Sqrt(2), 1.5, 1])
            {
                float at = (float)(border * Math.Pow(2, e));
                values.AddRange([at, -at, MathF.BitIncrement(at), MathF.BitDecrement(at), -MathF.BitIncrement(at)]);
            }
        }

        values.AddRange(Enumerable.Range(0, 3000).Select(_ => (float)((random.NextDouble() - 0.5) * 4)));
        foreach (int range in (int[])[-3, 0, 2])
        {
            using Tensor input = tensor(values.ToArray());
            using Tensor rounded = GridTable.Of(scheme, bits).Round(input, range);
            float[] found = rounded.data<float>().ToArray();
            for (int i = 0; i < found.Length; i++)
                Assert.AreEqual(WeightSchemes.Function(scheme)(values[i], range, bits), found[i], $"{values[i]:R}, range {range}");
        }
    }

    [TestMethod]
    public void Straight_through_gives_the_rounded_values_and_the_whole_gradient()
    {
        using Tensor values = tensor((float[])[0.3f, -2, 7]).requires_grad_();
        using Tensor rounded = tensor((float[])[0.25f, -2, 4]);
        using Tensor made = StraightThrough.Of(values, rounded);
        CollectionAssert.AreEqual(new[] { 0.25f, -2, 4 }, made.data<float>().ToArray());
        using Tensor factors = tensor((float[])[3, -5, 0.5f]);
        (made * factors).sum().backward();
        CollectionAssert.AreEqual(new[] { 3, -5, 0.5f }, values.grad!.data<float>().ToArray());
    }

    /// <summary>Steps ¼ and 1 for two channels, codes 0 to 3: halves round up, the gradient ends where the codes do.</summary>
    [TestMethod]
    public void Codes_round_half_up_and_stop_the_gradient_outside()
    {
        using Tensor values = tensor((float[])[-0.1f, 0.125f, 0.3f, 0.9f, -3, 0.49f, 2.5f, 3.6f], 1L, 2, 1, 4).requires_grad_();
        using Tensor steps = tensor((float[])[0.25f, 1], 1L, 2, 1, 1);
        using Tensor made = ActivationCodes.Of(values, steps, 3);
        CollectionAssert.AreEqual(new[] { 0, 0.25f, 0.25f, 0.75f, 0, 0, 3, 3 }, made.data<float>().ToArray());
        made.sum().backward();

        // 0.9 is 3.6 steps of ¼, beyond 3½.
        CollectionAssert.AreEqual(new[] { 0f, 1, 1, 0, 0, 1, 1, 0 }, values.grad!.data<float>().ToArray());
    }

    [TestMethod]
    public void Signs_have_no_zero_and_pass_gradients_near_it()
    {
        using Tensor values = tensor((float[])[-2, -1, -0.2f, 0, 0.5f, 1, 1.01f]).requires_grad_();
        using Tensor made = Signs.Of(values);
        CollectionAssert.AreEqual(new[] { -1f, -1, -1, 1, 1, 1, 1 }, made.data<float>().ToArray());
        (made * 2f).sum().backward();
        CollectionAssert.AreEqual(new[] { 0f, 2, 2, 2, 2, 2, 0 }, values.grad!.data<float>().ToArray());
    }

    /// <summary>Algorithm 1: with a sum of products s = a·w, the weight's gradient is LogQuant(g)·a, and what is handed on LogQuant(g)·w.</summary>
    [TestMethod]
    public void Gradients_of_sums_are_rounded_before_both_uses()
    {
        using Tensor weights = tensor((float[])[3, 5]).requires_grad_();
        using Tensor inputs = tensor((float[])[0.5f, 7]).requires_grad_();
        using Tensor sums = RoundedGradient.Of(weights * inputs, WeightScheme.LogNet, 4);
        using Tensor factors = tensor((float[])[0.7f, -6]);
        (sums * factors).sum().backward();

        // log2 0.7 rounds to −1, log2 6 to 3: the range is 4.
        CollectionAssert.AreEqual(new[] { 0.5f * 0.5f, -8 * 7 }, weights.grad!.data<float>().ToArray());
        CollectionAssert.AreEqual(new[] { 0.5f * 3, -8 * 5 }, inputs.grad!.data<float>().ToArray());
    }
}
