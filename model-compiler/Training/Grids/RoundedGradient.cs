using TorchSharp;
using Barrel.Compiler.Quantizing;
using static TorchSharp.torch;
using static TorchSharp.torch.autograd;

namespace Barrel.Compiler.Training.Grids;

/// <summary>
/// Forward the values themselves; backward the gradient rounded to a grid, as Algorithm 1 of LOGNET (arXiv 1603.01025) rounds the gradients of activations before
/// they are used for weights and handed on. The full-scale range follows the greatest gradient of the batch.
/// </summary>
internal sealed class RoundedGradient : SingleTensorFunction<RoundedGradient>
{
    public override string Name => nameof(RoundedGradient);

    /// <param name="values">Any shape.</param>
    /// <param name="scheme">LogNet or Linear.</param>
    /// <param name="bits">Without the sign.</param>
    public static Tensor Of(Tensor values, WeightScheme scheme, int bits) => apply(values, scheme, bits);

    public override Tensor forward(AutogradContext ctx, params object[] vars)
    {
        ctx.save_data("scheme", vars[1]);
        ctx.save_data("bits", vars[2]);
        return ((Tensor)vars[0]).alias();
    }

    public override List<Tensor> backward(AutogradContext ctx, Tensor grad_output)
    {
        using DisposeScope scope = NewDisposeScope();
        float most = grad_output.abs().max().item<float>();
        WeightScheme scheme = (WeightScheme)ctx.get_data("scheme");
        Tensor rounded = most > 0 && float.IsFinite(most)
            ? GridTable.Of(scheme, (int)ctx.get_data("bits")).Round(grad_output, WeightSchemes.WidestRange(scheme, most))
            : grad_output.clone();
        return [rounded.MoveToOuterDisposeScope(), null!, null!];
    }
}
