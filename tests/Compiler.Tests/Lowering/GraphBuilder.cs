using Barrel.Compiler.Graphs;

namespace Barrel.Compiler.Tests.Lowering;

/// <summary>Makes legal graphs node by node, with seeded weights of such a size that values neither grow nor vanish.</summary>
internal sealed class GraphBuilder
{
    private readonly Random _random;
    private int _count;

    public GraphBuilder(int seed, int channels, int height, int width)
    {
        _random = new Random(seed);
        Input = new Value("x", 1, channels, height, width);
        Graph = new Graph { Name = "test", Input = Input };
    }

    public Graph Graph { get; }

    public Value Input { get; }

    public Graph To(params Value[] outputs)
    {
        Graph.Outputs.AddRange(outputs);
        return Graph;
    }

    public float[] Floats(int count, double size = 1)
    {
        float[] values = new float[count];
        for (int i = 0; i < count; i++)
            values[i] = (float)(((_random.NextDouble() * 2) - 1) * size);
        return values;
    }

    public Value Conv(
        Value x, int channels, int kernel = 3, int stride = 1, int pad = 0, int dilation = 1, int groups = 1, string op = "Conv", int? kernelWidth = null, int? padLeft = null)
    {
        int width = kernelWidth ?? kernel;
        int left = padLeft ?? pad;
        int fanIn = x.Channels / groups * kernel * width;
        int Size(int extent, int k, int p) => ((extent + (2 * p) - ((k - 1) * dilation) - 1) / stride) + 1;
        return Add(new Convolution
        {
            Name = Next(op),
            OnnxOperator = op,
            Inputs = [x],
            Output = New(channels, Size(x.Height, kernel, pad), Size(x.Width, width, left)),
            Weights = Floats(channels * fanIn, Math.Sqrt(3.0 / fanIn)),
            Bias = Floats(channels),
            KernelHeight = kernel,
            KernelWidth = width,
            StrideY = stride,
            StrideX = stride,
            DilationY = dilation,
            DilationX = dilation,
            PadTop = pad,
            PadLeft = left,
            Groups = groups,
        });
    }

    /// <summary>Scale and shift of each channel, as BatchNormalization becomes.</summary>
    public Value Scale(Value x) => Conv(x, x.Channels, kernel: 1, groups: x.Channels, op: "BatchNormalization");

    /// <summary>Every stride-th pixel from (top, left) on, as a strided Slice becomes.</summary>
    public Value StridedSlice(Value x, int stride, int top, int left)
    {
        float[] ones = new float[x.Channels];
        Array.Fill(ones, 1f);
        return Add(new Convolution
        {
            Name = Next("Slice"),
            OnnxOperator = "Slice",
            Inputs = [x],
            Output = New(x.Channels, (x.Height - top + stride - 1) / stride, (x.Width - left + stride - 1) / stride),
            Weights = ones,
            Bias = new float[x.Channels],
            KernelHeight = 1,
            KernelWidth = 1,
            StrideY = stride,
            StrideX = stride,
            PadTop = -top,
            PadLeft = -left,
            Groups = x.Channels,
        });
    }

    public Value ConvTranspose(
        Value x, int channels, int kernel, int stride, int pad = 0, int dilation = 1, int groups = 1, int outputPadding = 0, int? strideX = null)
    {
        int sx = strideX ?? stride;
        int Size(int extent, int s) => ((extent - 1) * s) + ((kernel - 1) * dilation) + 1 - (2 * pad) + outputPadding;
        return Add(new TransposedConvolution
        {
            Name = Next("ConvTranspose"),
            OnnxOperator = "ConvTranspose",
            Inputs = [x],
            Output = New(channels, Size(x.Height, stride), Size(x.Width, sx)),
            Weights = Floats(x.Channels * (channels / groups) * kernel * kernel, Math.Sqrt(3.0 / (x.Channels / groups * kernel))),
            Bias = Floats(channels),
            KernelHeight = kernel,
            KernelWidth = kernel,
            StrideY = stride,
            StrideX = sx,
            DilationY = dilation,
            DilationX = dilation,
            PadTop = pad,
            PadLeft = pad,
            Groups = groups,
        });
    }

    public Value Relu(Value x) => PRelu(x, [0f]);

    public Value PRelu(Value x, float[]? slopes = null) => Add(new ParametricRelu
    {
        Name = Next("PRelu"),
        OnnxOperator = "PRelu",
        Inputs = [x],
        Output = Like(x),
        Slopes = slopes ?? Floats(x.Channels),
    });

    public Value Clip(Value x, float minimum, float maximum) =>
        Add(new Clip { Name = Next("Clip"), OnnxOperator = "Clip", Inputs = [x], Output = Like(x), Minimum = minimum, Maximum = maximum });

    public Value Sign(Value x) => Add(new Sign { Name = Next("Sign"), OnnxOperator = "Sign", Inputs = [x], Output = Like(x) });

    public Value Grid(Value x, int zero, int maximum, params float[] scales) => Add(new ActivationGrid
    {
        Name = Next("Grid"),
        OnnxOperator = "QuantizeLinear",
        Inputs = [x],
        Output = Like(x),
        Scales = scales,
        Zero = zero,
        MaximumCode = maximum,
    });

    public Value Sum(Value a, Value b) => Add(new Add { Name = Next("Add"), OnnxOperator = "Add", Inputs = [a, b], Output = Like(a) });

    public Value Concat(params Value[] inputs) => Add(new Concat
    {
        Name = Next("Concat"),
        OnnxOperator = "Concat",
        Inputs = inputs,
        Output = New(inputs.Sum(i => i.Channels), inputs[0].Height, inputs[0].Width),
    });

    public Value Slice(Value x, int first, int channels) => Add(new ChannelSlice
    {
        Name = Next("Slice"),
        OnnxOperator = "Slice",
        Inputs = [x],
        Output = New(channels, x.Height, x.Width),
        First = first,
    });

    public Value MaxPool(Value x, int kernel, int stride, int pad = 0, int dilation = 1)
    {
        int Size(int extent) => ((extent + (2 * pad) - ((kernel - 1) * dilation) - 1) / stride) + 1;
        return Add(new MaxPool
        {
            Name = Next("MaxPool"),
            OnnxOperator = "MaxPool",
            Inputs = [x],
            Output = New(x.Channels, Size(x.Height), Size(x.Width)),
            KernelHeight = kernel,
            KernelWidth = kernel,
            StrideY = stride,
            StrideX = stride,
            DilationY = dilation,
            DilationX = dilation,
            PadTop = pad,
            PadLeft = pad,
        });
    }

    public Value Nearest(Value x, int timesY, int timesX) => Resize(
        x,
        Enumerable.Range(0, x.Height * timesY).Select(y => (y / timesY, 0f)),
        Enumerable.Range(0, x.Width * timesX).Select(c => (c / timesX, 0f)));

    /// <summary>Half-pixel bilinear to any size.</summary>
    public Value Bilinear(Value x, int height, int width) => Resize(x, Axis(x.Height, height), Axis(x.Width, width));

    public Value Resize(Value x, IEnumerable<(int Index, float Fraction)> rows, IEnumerable<(int Index, float Fraction)> columns)
    {
        (int Index, float Fraction)[] r = [.. rows];
        (int Index, float Fraction)[] c = [.. columns];
        return Add(new Resize
        {
            Name = Next("Resize"),
            OnnxOperator = "Resize",
            Inputs = [x],
            Output = New(x.Channels, r.Length, c.Length),
            RowIndex = [.. r.Select(i => i.Index)],
            RowFraction = [.. r.Select(i => i.Fraction)],
            ColumnIndex = [.. c.Select(i => i.Index)],
            ColumnFraction = [.. c.Select(i => i.Fraction)],
        });
    }

    public Value DepthToSpace(Value x, int block) => Add(new DepthToSpace
    {
        Name = Next("DepthToSpace"),
        OnnxOperator = "DepthToSpace",
        Inputs = [x],
        Output = New(x.Channels / block / block, x.Height * block, x.Width * block),
        BlockSize = block,
    });

    public Value ArgMax(Value x) => Add(new ArgMax { Name = Next("ArgMax"), OnnxOperator = "ArgMax", Inputs = [x], Output = New(1, x.Height, x.Width) });

    private static IEnumerable<(int Index, float Fraction)> Axis(int from, int to) => Enumerable.Range(0, to).Select(o =>
    {
        double at = Math.Clamp((o + 0.5) * from / to - 0.5, 0, from - 1);
        return ((int)at, (float)(at - (int)at));
    });

    private Value Add(Node node)
    {
        Graph.Body.Add(node);
        return node.Output;
    }

    private string Next(string op) => $"{op}_{_count++}";

    private Value New(int channels, int height, int width) => new($"value_{_count}", 1, channels, height, width);

    private Value Like(Value x) => New(x.Channels, x.Height, x.Width);
}
