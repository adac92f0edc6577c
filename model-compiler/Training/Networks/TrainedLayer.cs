using Barrel.Compiler.Training.Architectures;
using Barrel.Compiler.Training.Grids;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Barrel.Compiler.Training.Networks;

/// <summary>A convolution's trained numbers: weights [channels, inputs, kernel, kernel], and batch normalization's four or a bias, [channels] each.</summary>
internal sealed class TrainedLayer
{
    /// <summary>What keeps the division by the variance from failing; folded away at export.</summary>
    public const double Epsilon = 1e-5;

    /// <summary>Rows of nothing but smaller weights are dead.</summary>
    private const double LeastRow = 1e-6;

    public TrainedLayer(PlanNode node)
    {
        Node = node;
        int channels = node.Channels;
        long fanIn = node.Weights / channels;
        Weights = Own(randn(channels, node.Inputs[0].Channels, node.Kernel, node.Kernel) * Scalars.Of(Math.Sqrt((node.Activation == Activation.None ? 1.0 : 2.0) / fanIn)));
        Bias = Own(zeros(channels));
        Scale = Own(ones(channels));
        Mean = zeros(channels).DetachFromDisposeScope();
        Variance = ones(channels).DetachFromDisposeScope();
        RowScale = ones(channels, 1, 1, 1).DetachFromDisposeScope();
        IsNormalized = node.IsNormalized;
    }

    public PlanNode Node { get; }

    public Parameter Weights { get; }

    /// <summary>
    /// What the weights are to be multiplied by, [channels, 1, 1, 1]: ones until <see cref="Fold"/>, then the power of two at or above each row's greatest
    /// weight, so that one rate of learning suits all rows.
    /// </summary>
    public Tensor RowScale { get; }

    /// <summary>Batch normalization's shift where the layer is normalized.</summary>
    public Parameter Bias { get; }

    /// <summary>Batch normalization's scale; unused where the layer is not normalized.</summary>
    public Parameter Scale { get; }

    public Tensor Mean { get; }

    public Tensor Variance { get; }

    /// <summary>False where there was no normalization or once it is folded.</summary>
    public bool IsNormalized { get; set; }

    /// <summary>What the optimizer moves.</summary>
    public IEnumerable<Parameter> Parameters => IsNormalized ? [Weights, Scale, Bias] : [Weights, Bias];

    /// <summary>What a checkpoint keeps, by name.</summary>
    public IEnumerable<(string Name, Tensor Values)> State =>
        [($"{Node.Name}.weights", Weights), ($"{Node.Name}.rows", RowScale), ($"{Node.Name}.scale", Scale), ($"{Node.Name}.bias", Bias), ($"{Node.Name}.mean", Mean), ($"{Node.Name}.variance", Variance)];

    /// <summary>Scale and shift that batch normalization comes to with the running statistics, [channels] each.</summary>
    public (Tensor Scale, Tensor Shift) Affine()
    {
        Tensor scale = Scale / Variance.Plus(Epsilon).sqrt();
        return (scale, Bias.Minus(Mean * scale));
    }

    /// <summary>Takes normalization into weights and bias, and the size of each row out of the weights; from now on the layer has no normalization.</summary>
    public void Fold()
    {
        using IDisposable off = no_grad();
        using DisposeScope scope = NewDisposeScope();
        if (IsNormalized)
        {
            (Tensor scale, Tensor shift) = Affine();
            Weights.mul_(scale.view(-1, 1, 1, 1));
            Bias.copy_(shift);
            IsNormalized = false;
        }

        Tensor rows = exp2(Weights.abs().amax([1, 2, 3], keepdim: true).clamp_min(Scalars.Of(LeastRow)).log2().ceil());
        Weights.div_(rows);
        RowScale.copy_(rows);
    }

    /// <summary>A tensor's numbers, the last dimension fastest.</summary>
    public static float[] Numbers(Tensor values)
    {
        using DisposeScope scope = NewDisposeScope();
        return values.detach().contiguous().data<float>().ToArray();
    }

    /// <summary>A parameter takes over the handle of its tensor, so that it must not be in a scope.</summary>
    private static Parameter Own(Tensor values) => new(values.DetachFromDisposeScope());
}
