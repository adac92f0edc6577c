namespace Barrel.Compiler.Training.Architectures;

internal enum NodeKind
{
    Input,
    Convolution,
    MaxPool,
    Upsample,
    Concat,
    PixelShuffle,
}

internal enum Activation
{
    None,
    Relu,

    /// <summary>+1 where the sum is 0 or more, else −1.</summary>
    Sign,
}

/// <summary>One value of a network: [channels, height, width], and what makes it.</summary>
internal sealed class PlanNode
{
    public required NodeKind Kind { get; init; }

    /// <summary>Also the name of its tensors in ONNX and in checkpoints.</summary>
    public required string Name { get; init; }

    public PlanNode[] Inputs { get; init; } = [];

    public required int Channels { get; init; }

    public required int Height { get; init; }

    public required int Width { get; init; }

    public int Kernel { get; init; } = 1;

    public int Stride { get; init; } = 1;

    public int Dilation { get; init; } = 1;

    /// <summary>Zeros on each side.</summary>
    public int Padding { get; init; }

    /// <summary>What is added to a convolution before its activation, or null.</summary>
    public PlanNode? Residual { get; init; }

    public Activation Activation { get; init; }

    /// <summary>Whether batch normalization follows the convolution; it is folded into weights and bias at export.</summary>
    public bool IsNormalized { get; init; }

    public long Weights => Kind == NodeKind.Convolution ? (long)Channels * Inputs[0].Channels * Kernel * Kernel : 0;

    public long Macs => Weights * Height * Width;
}

/// <summary>
/// A network before it has weights: convolutions, pools and what joins them, in the order of execution. A fully connected layer is a convolution as large as
/// its input. One description serves training, export and the tables of costs.
/// </summary>
internal sealed class NetworkPlan
{
    private readonly List<PlanNode> _nodes = [];

    public NetworkPlan(int channels, int height, int width) =>
        _nodes.Add(new PlanNode { Kind = NodeKind.Input, Name = "input", Channels = channels, Height = height, Width = width });

    public IReadOnlyList<PlanNode> Nodes => _nodes;

    public IEnumerable<PlanNode> Convolutions => _nodes.Where(n => n.Kind == NodeKind.Convolution);

    public PlanNode Input => _nodes[0];

    public PlanNode Output => _nodes[^1];

    public long Macs => _nodes.Sum(n => n.Macs);

    public long Weights => _nodes.Sum(n => n.Weights);

    /// <summary>A convolution with padding that keeps the size (divided by the stride), batch normalization and an activation.</summary>
    public PlanNode Convolution(string name, PlanNode input, int channels, int kernel, int stride = 1, int dilation = 1, PlanNode? residual = null, Activation activation = Activation.Relu) =>
        Add(name, input, channels, kernel, stride, dilation, dilation * (kernel / 2), residual, activation, isNormalized: true);

    /// <summary>A convolution with so many zeros on each side.</summary>
    public PlanNode Padded(string name, PlanNode input, int channels, int kernel, int padding, int stride = 1, Activation activation = Activation.Relu) =>
        Add(name, input, channels, kernel, stride, 1, padding, null, activation, isNormalized: true);

    /// <summary>A convolution without padding: binary values have no zero to pad with.</summary>
    public PlanNode Valid(string name, PlanNode input, int channels, int kernel, int stride = 1, Activation activation = Activation.Relu) =>
        Padded(name, input, channels, kernel, 0, stride, activation);

    /// <summary>The scores: a convolution with a bias and nothing after it.</summary>
    public PlanNode Scores(string name, PlanNode input, int channels, int kernel = 1) =>
        Add(name, input, channels, kernel, 1, 1, 0, null, Activation.None, isNormalized: false);

    public PlanNode MaxPool(string name, PlanNode input) => Add(new PlanNode
    {
        Kind = NodeKind.MaxPool,
        Name = name,
        Inputs = [input],
        Channels = input.Channels,
        Height = input.Height / 2,
        Width = input.Width / 2,
        Kernel = 2,
        Stride = 2,
    });

    /// <summary>Each value twice in both directions.</summary>
    public PlanNode Upsample(string name, PlanNode input) => Add(new PlanNode
    {
        Kind = NodeKind.Upsample,
        Name = name,
        Inputs = [input],
        Channels = input.Channels,
        Height = input.Height * 2,
        Width = input.Width * 2,
    });

    public PlanNode Concat(string name, params PlanNode[] inputs) => Add(new PlanNode
    {
        Kind = NodeKind.Concat,
        Name = name,
        Inputs = inputs,
        Channels = inputs.Sum(i => i.Channels),
        Height = inputs[0].Height,
        Width = inputs[0].Width,
    });

    /// <summary>Four channels become two by two pixels.</summary>
    public PlanNode PixelShuffle(string name, PlanNode input) => Add(new PlanNode
    {
        Kind = NodeKind.PixelShuffle,
        Name = name,
        Inputs = [input],
        Channels = input.Channels / 4,
        Height = input.Height * 2,
        Width = input.Width * 2,
    });

    private PlanNode Add(string name, PlanNode input, int channels, int kernel, int stride, int dilation, int padding, PlanNode? residual, Activation activation, bool isNormalized) => Add(new PlanNode
    {
        Kind = NodeKind.Convolution,
        Name = name,
        Inputs = [input],
        Channels = channels,
        Height = Extent(input.Height, kernel, stride, dilation, padding),
        Width = Extent(input.Width, kernel, stride, dilation, padding),
        Kernel = kernel,
        Stride = stride,
        Dilation = dilation,
        Padding = padding,
        Residual = residual,
        Activation = activation,
        IsNormalized = isNormalized,
    });

    private PlanNode Add(PlanNode node)
    {
        if (_nodes.Exists(n => n.Name == node.Name))
            throw new ArgumentException($"two nodes are called '{node.Name}'");
        if (node.Height < 1 || node.Width < 1)
            throw new ArgumentException($"node '{node.Name}' has no pixels");
        _nodes.Add(node);
        return node;
    }

    private static int Extent(int input, int kernel, int stride, int dilation, int padding) => ((input + (2 * padding) - (dilation * (kernel - 1)) - 1) / stride) + 1;
}
