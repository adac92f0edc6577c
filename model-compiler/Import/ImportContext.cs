using Barrel.Compiler.Graphs;
using Barrel.Runtime;

namespace Barrel.Compiler.Import;

/// <summary>What the operator importers share: the tensors by name, the body as it grows, and the limits.</summary>
internal sealed class ImportContext(Budget budget)
{
    private readonly Dictionary<string, Tensor> tensors = [];

    public Budget Budget { get; } = budget;

    public List<Node> Body { get; } = [];

    /// <summary>Steps for the host, each after the ones it reads.</summary>
    public List<Hosted> HostedSteps { get; } = [];

    public List<string> Remarks { get; } = [];

    public Tensor this[string name] => tensors[name];

    public void Add(string name, Tensor tensor) => tensors.Add(name, tensor);

    public Tensor Input(OnnxNode node, int index)
    {
        if (!node.HasInput(index))
            throw new BarrelException(ImportErrors.Wiring, $"{node.Description}: input {index} is missing: the operator needs it");
        return tensors[node.Inputs[index]];
    }

    /// <summary>An input that must be known at import, whatever its element type.</summary>
    public Constant Constant(OnnxNode node, int index) => Input(node, index) as Constant
        ?? throw node.Refused($"input {index} ('{OnnxNode.Printable(node.Inputs[index])}') is computed by the network", "constants there");

    /// <summary>A constant of finite floats.</summary>
    public float[] Floats(OnnxNode node, int index) => Finite(Constant(node, index));

    /// <summary>The constant's floats, all finite.</summary>
    public static float[] Finite(Constant constant)
    {
        float[] values = constant.FloatValues ?? throw new BarrelException(ImportErrors.ElementType,
            $"tensor '{OnnxNode.Printable(constant.Name)}' has the element type {constant.Type}: weights are floats");
        int bad = Array.FindIndex(values, v => !float.IsFinite(v));
        return bad < 0 ? values : throw new BarrelException(ImportErrors.NonFinite,
            $"tensor '{OnnxNode.Printable(constant.Name)}' holds {values[bad]} at element {bad}: weights are finite");
    }

    public long[] Integers(OnnxNode node, int index) => Constant(node, index).IntegerValues
        ?? throw node.Refused($"input {index} holds floats", "integers there");

    /// <summary>An input that the network computes, rearranged or not.</summary>
    public Activation Activation(OnnxNode node, int index) => Input(node, index) switch
    {
        Activation a => a,
        Hosted h => throw node.Refused($"it reads the result of {h.Operator} '{OnnxNode.Printable(h.Name)}'",
            $"{h.Operator} as the last thing a network does"),
        QuantizedActivation q => throw node.Refused($"it reads the integers of QuantizeLinear '{OnnxNode.Printable(q.Name)}'",
            "QuantizeLinear directly before DequantizeLinear"),
        Tensor t => throw node.Refused($"input {index} ('{OnnxNode.Printable(t.Name)}') is a constant", "values that the network computes"),
    };

    /// <summary>An input with its elements where the body has them: [1, channels, height, width] or a flat vector.</summary>
    public Activation Plain(OnnxNode node, int index) => Rearranging.Plain(Activation(node, index), node, this);

    /// <summary>A plain input with height and width, or with width alone (then the height is 1).</summary>
    public Activation Spatial(OnnxNode node, int index)
    {
        Activation a = Plain(node, index);
        return a.Rank is 3 or 4
            ? a
            : throw node.BadShape($"input {index} has the shape {a.Shape}",
                "supported are [1, channels, height, width] and [1, channels, width]");
    }

    public bool Has(string name) => tensors.ContainsKey(name);

    public void Set(OnnxNode node, int output, Tensor tensor)
    {
        if (output < node.Outputs.Length && node.Outputs[output].Length > 0)
            tensors[node.Outputs[output]] = tensor;
    }

    /// <summary>The name of a node's output, or one derived from the node where it has none.</summary>
    public static string OutputName(OnnxNode node, int output = 0) =>
        output < node.Outputs.Length ? node.Outputs[output] : $"{node.Name}:{output}";

    /// <summary>Adds the node to the body and makes its output what the ONNX node's output stands for.</summary>
    /// <param name="node">The ONNX node.</param>
    /// <param name="made">What it becomes.</param>
    /// <param name="rank">Rank of the output as the file sees it.</param>
    /// <param name="output">Which output of the ONNX node.</param>
    public void Emit(OnnxNode node, Node made, int rank, int output = 0)
    {
        Body.Add(made);
        Set(node, output, Plain(OutputName(node, output), made.Output, rank));
    }

    /// <summary>The value seen with the rank that the file gives it.</summary>
    public static Activation Plain(string name, Value value, int rank) => new(name, rank switch
    {
        1 => [value.Channels],
        2 => [1, value.Channels],
        3 => [1, value.Channels, value.Width],
        _ => [1, value.Channels, value.Height, value.Width],
    }, value);

    /// <summary>A value of shape [1, channels, height, width], checked to be neither empty nor too large.</summary>
    public static Value NewValue(OnnxNode node, string name, long channels, long height, long width)
    {
        if (channels < 1 || height < 1 || width < 1)
            throw node.BadShape($"the output would have the shape [1, {channels}, {height}, {width}]", "every dimension is 1 or greater");
        if (channels > Budget.TensorElementsMax || height > Budget.TensorElementsMax || width > Budget.TensorElementsMax)
            throw new BarrelException(ImportErrors.TooLarge,
                $"{node.Description}: the output has more than {Budget.TensorElementsMax} elements");
        int[] shape = [1, (int)channels, (int)height, (int)width];
        Budget.Elements(shape, $"{node.Description}: the output");
        return new Value(name, shape);
    }

    /// <summary>Zeros for weights that the importer computes.</summary>
    public float[] NewWeights(OnnxNode node, params ReadOnlySpan<int> dims)
    {
        long count = Budget.Elements(dims, $"{node.Description}: its weights");
        Budget.Charge(count, $"{node.Description}: its weights");
        return new float[count];
    }

    /// <summary>A 1×1 depthwise convolution, out = scale·in + bias by channel, possibly cropping, padding or striding.</summary>
    public static Convolution Depthwise(OnnxNode node, Value input, Value output, float[] weights, float[] bias) => new()
    {
        Name = node.Name,
        OnnxOperator = node.Operator,
        Inputs = [input],
        Output = output,
        Weights = weights,
        Bias = bias,
        KernelHeight = 1,
        KernelWidth = 1,
        Groups = input.Channels,
    };

    /// <summary>So many equal weights.</summary>
    public float[] Filled(OnnxNode node, int count, float value)
    {
        float[] weights = NewWeights(node, count);
        Array.Fill(weights, value);
        return weights;
    }
}
