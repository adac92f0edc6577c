using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.autograd;

namespace Barrel.Compiler.Training.Grids;

/// <summary>
/// ReLU and unsigned codes in one: forward clamp(⌊x / step + ½⌋, 0, codeMax) · step, as the blob's write-out rounds; backward the gradient where x lies within
/// the codes' reach, 0 elsewhere.
/// </summary>
internal sealed class ActivationCodes : SingleTensorFunction<ActivationCodes>
{
    public override string Name => nameof(ActivationCodes);

    /// <param name="values">[n, channels, height, width].</param>
    /// <param name="steps">[1, channels, 1, 1], powers of two.</param>
    /// <param name="codeMax">Greatest code.</param>
    public static Tensor Of(Tensor values, Tensor steps, int codeMax) => apply(values, steps, codeMax);

    public override Tensor forward(AutogradContext ctx, params object[] vars)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor codes = ((Tensor)vars[0]).div((Tensor)vars[1]);
        int codeMax = (int)vars[2];
        Tensor isWithin = codes.ge(Scalars.Of(0)).logical_and_(codes.le(Scalars.Of(codeMax + 0.5)));
        ctx.save_for_backward([isWithin.MoveToOuterDisposeScope()]);
        return codes.PlusOwn(0.5).floor_().clamp_(Scalars.Of(0), Scalars.Of(codeMax)).mul_((Tensor)vars[1]).MoveToOuterDisposeScope();
    }

    public override List<Tensor> backward(AutogradContext ctx, Tensor grad_output)
    {
        using Tensor isWithin = ctx.get_saved_variables()[0];
        return [grad_output * isWithin, null!, null!];
    }
}
