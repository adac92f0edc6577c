using TorchSharp;
using Barrel.Compiler.Training.Architectures;
using Barrel.Compiler.Training.Grids;
using static TorchSharp.torch;

namespace Barrel.Compiler.Training.Networks;

/// <summary>How a network computes while it is trained: this one in floats, the others on the grids that it will be compiled to.</summary>
internal class Scheme
{
    /// <summary>The weights that the network computes with, of the layer's shape.</summary>
    public virtual Tensor Weights(TrainedLayer layer) => layer.IsNormalized ? layer.Weights : layer.Weights * layer.RowScale;

    /// <summary>Sums after bias or normalization.</summary>
    public virtual Tensor Normalize(TrainedLayer layer, Tensor sums, bool isTraining) => layer.IsNormalized
        ? nn.functional.batch_norm(sums, layer.Mean, layer.Variance, layer.Scale, layer.Bias, isTraining, momentum: 0.1, eps: TrainedLayer.Epsilon)
        : sums.Plus(layer.Bias.view(1, -1, 1, 1));

    /// <summary>Sums after the layer's activation.</summary>
    public virtual Tensor Activate(TrainedLayer layer, Tensor sums) => layer.Node.Activation switch
    {
        Activation.Relu => sums.relu(),
        Activation.Sign => Signs.Of(sums),
        _ => sums,
    };

    /// <summary>The weights [channels, inputs, kernel, kernel] and the bias [channels] of a convolution without normalization that computes the same.</summary>
    public virtual (float[] Weights, float[] Bias) Export(TrainedLayer layer)
    {
        using IDisposable off = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor weights = Weights(layer), bias = layer.Bias;
        if (layer.IsNormalized)
        {
            (Tensor factor, bias) = layer.Affine();
            weights = weights * factor.view(-1, 1, 1, 1);
        }

        return (TrainedLayer.Numbers(weights), TrainedLayer.Numbers(bias));
    }

    /// <summary>Steps of a layer's unsigned codes, one a channel, and the greatest code; null where its activations stay as they are.</summary>
    public virtual (float[] Steps, int CodeMax)? Codes(TrainedLayer layer) => null;

    /// <summary>Called before each step.</summary>
    /// <param name="progress">0 at the first step, 1 at the last.</param>
    public virtual void BeginStep(double progress)
    {
    }

    /// <summary>Called before the network is measured: whatever a step was to find out is left alone.</summary>
    public virtual void BeginMeasurement()
    {
    }

    /// <summary>Called after each step.</summary>
    public virtual void EndStep()
    {
    }

    /// <summary>Called after <see cref="State"/> was restored from a checkpoint.</summary>
    /// <param name="steps">Steps made before.</param>
    public virtual void Restored(long steps)
    {
    }

    /// <summary>What the scheme keeps in a checkpoint, by name.</summary>
    public virtual IEnumerable<(string Name, Tensor Values)> State => [];

    /// <summary>A line about what it costs, for the log; empty where there is nothing to say.</summary>
    public virtual string Costs => "";
}
