using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.autograd;

namespace Barrel.Compiler.Training.Grids;

/// <summary>Forward +1 where x ≥ 0, else −1; backward the gradient where |x| ≤ 1, 0 elsewhere (Hubara et al., Binarized Neural Networks).</summary>
internal sealed class Signs : SingleTensorFunction<Signs>
{
    public override string Name => nameof(Signs);

    public static Tensor Of(Tensor values) => apply(values);

    /// <summary>The signs alone.</summary>
    public static Tensor Round(Tensor values)
    {
        using DisposeScope scope = NewDisposeScope();
        return values.ge(Scalars.Of(0)).to(float32).mul_(Scalars.Of(2)).PlusOwn(-1).MoveToOuterDisposeScope();
    }

    public override Tensor forward(AutogradContext ctx, params object[] vars)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor values = (Tensor)vars[0];
        ctx.save_for_backward([values.abs().le(Scalars.Of(1)).MoveToOuterDisposeScope()]);
        return Round(values).MoveToOuterDisposeScope();
    }

    public override List<Tensor> backward(AutogradContext ctx, Tensor grad_output)
    {
        using Tensor isWithin = ctx.get_saved_variables()[0];
        return [grad_output * isWithin];
    }
}
