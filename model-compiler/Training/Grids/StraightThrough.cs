using static TorchSharp.torch;
using static TorchSharp.torch.autograd;

namespace Barrel.Compiler.Training.Grids;

/// <summary>Forward the rounded values, backward the gradient as it comes: the straight-through estimator for weights.</summary>
internal sealed class StraightThrough : SingleTensorFunction<StraightThrough>
{
    public override string Name => nameof(StraightThrough);

    /// <param name="values">What the gradient goes to.</param>
    /// <param name="rounded">What the network computes with, of the same shape.</param>
    public static Tensor Of(Tensor values, Tensor rounded) => apply(values, rounded);

    public override Tensor forward(AutogradContext ctx, params object[] vars) => ((Tensor)vars[1]).clone();

    public override List<Tensor> backward(AutogradContext ctx, Tensor grad_output) => [grad_output, null!];
}
