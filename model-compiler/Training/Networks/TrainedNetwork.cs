using Barrel.Compiler.Training.Architectures;
using Barrel.Compiler.Training.Grids;
using TorchSharp.Modules;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Barrel.Compiler.Training.Networks;

/// <summary>A plan with weights.</summary>
internal sealed class TrainedNetwork
{
    private readonly Dictionary<PlanNode, TrainedLayer> _layers = [];

    public TrainedNetwork(NetworkPlan plan)
    {
        Plan = plan;
        foreach (PlanNode node in plan.Convolutions)
            _layers[node] = new TrainedLayer(node);
    }

    public NetworkPlan Plan { get; }

    public IReadOnlyCollection<TrainedLayer> Layers => _layers.Values;

    public IEnumerable<Parameter> Parameters => Layers.SelectMany(l => l.Parameters);

    public IEnumerable<(string Name, Tensor Values)> State => Layers.SelectMany(l => l.State);

    public TrainedLayer this[PlanNode node] => _layers[node];

    /// <param name="input">[n, channels, height, width]; sides may differ from the plan's where the network has no fixed ones.</param>
    /// <param name="scheme">How it computes.</param>
    /// <param name="isTraining">Whether batch normalization uses the batch's own statistics.</param>
    /// <param name="observer">Shown each convolution's input and its sums before the activation.</param>
    /// <returns>The scores, [n, classes, height, width].</returns>
    public Tensor Forward(Tensor input, Scheme scheme, bool isTraining, Action<TrainedLayer, Tensor, Tensor>? observer = null)
    {
        Dictionary<PlanNode, Tensor> values = new() { [Plan.Input] = input };
        foreach (PlanNode node in Plan.Nodes.Skip(1))
        {
            Tensor from = values[node.Inputs[0]];
            values[node] = node.Kind switch
            {
                NodeKind.Convolution => Convolve(_layers[node], from, node.Residual is null ? null : values[node.Residual], scheme, isTraining, observer),
                NodeKind.MaxPool => F.max_pool2d(from, [2, 2], [2, 2]),
                NodeKind.Upsample => F.interpolate(from, scale_factor: [2, 2], mode: InterpolationMode.Nearest),
                NodeKind.Concat => cat([.. node.Inputs.Select(i => values[i])], 1),
                NodeKind.PixelShuffle => F.pixel_shuffle(from, 2),
                _ => throw new InvalidOperationException($"a {node.Kind} in the middle"),
            };
        }

        return values[Plan.Output];
    }

    private static Tensor Convolve(TrainedLayer layer, Tensor from, Tensor? residual, Scheme scheme, bool isTraining, Action<TrainedLayer, Tensor, Tensor>? observer)
    {
        PlanNode node = layer.Node;
        Tensor sums = F.conv2d(from, scheme.Weights(layer), null, [node.Stride, node.Stride], [node.Padding, node.Padding], [node.Dilation, node.Dilation]);
        sums = scheme.Normalize(layer, sums, isTraining);
        if (residual is not null)
            sums = sums.Plus(residual);
        observer?.Invoke(layer, from, sums);
        return scheme.Activate(layer, sums);
    }
}
