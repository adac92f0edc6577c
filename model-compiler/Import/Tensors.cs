using Barrel.Compiler.Graphs;
using Barrel.Compiler.Import.Onnx;

namespace Barrel.Compiler.Import;

/// <summary>What an ONNX value name stands for during import; <see cref="Dims"/> is its shape as the file sees it.</summary>
internal abstract class Tensor(string name, int[] dims)
{
    public string Name { get; } = name;

    public int[] Dims { get; } = dims;

    public int Rank => Dims.Length;

    public long Count
    {
        get
        {
            long count = 1;
            foreach (int d in Dims)
                count *= d;
            return count;
        }
    }

    public string Shape => $"[{string.Join(", ", Dims)}]";
}

/// <summary>A tensor known at import: floats, or integers and truth values as <c>long</c>.</summary>
internal sealed class Constant : Tensor
{
    public Constant(string name, int[] dims, float[] values)
        : base(name, dims)
    {
        FloatValues = values;
        Type = TensorProto.Types.DataType.Float;
    }

    public Constant(string name, int[] dims, long[] values, TensorProto.Types.DataType type = TensorProto.Types.DataType.Int64)
        : base(name, dims)
    {
        IntegerValues = values;
        Type = type;
    }

    public float[]? FloatValues { get; }

    public long[]? IntegerValues { get; }

    public TensorProto.Types.DataType Type { get; }

    public bool IsFloat => FloatValues is not null;

    public Constant WithDims(string name, int[] dims) =>
        FloatValues is not null ? new(name, dims, FloatValues) : new(name, dims, IntegerValues!, Type);

    /// <summary>The elements at <paramref name="indices"/>, in that order.</summary>
    public Constant Pick(string name, int[] dims, int[] indices) => FloatValues is not null
        ? new(name, dims, Array.ConvertAll(indices, i => FloatValues[i]))
        : new(name, dims, Array.ConvertAll(indices, i => IntegerValues![i]), Type);
}

/// <summary>
/// A value of the body, seen through rearrangements that have not been carried out (<see cref="View"/>). They cost nothing before a
/// linear layer, whose weights are permuted instead, and run on the host where they are the last thing a network does.
/// </summary>
internal sealed class Activation(string name, int[] dims, Value body, ViewStep? view = null) : Tensor(name, dims)
{
    public Value Body { get; } = body;

    public ViewStep? View { get; } = view;

    /// <summary>The elements are the body's, in its order: the shape is all that differs.</summary>
    public bool InOrder => View is null || View.InOrder;

    /// <summary>Axis of <see cref="Tensor.Dims"/> that is the body's channels, where there is no <see cref="View"/>.</summary>
    public int ChannelAxis => Rank == 1 ? 0 : 1;
}

/// <summary>One rearrangement; <see cref="Previous"/> is the one before it.</summary>
internal sealed class ViewStep(ViewStep? previous, string name, string onnxOperator, int[] fromDims, int[] toDims, bool inOrder)
{
    public ViewStep? Previous { get; } = previous;

    public string Name { get; } = name;

    public string Operator { get; } = onnxOperator;

    public int[] FromDims { get; } = fromDims;

    public int[] ToDims { get; } = toDims;

    public bool InOrder { get; } = inOrder;

    public int[] Permutation { get; init; } = [];

    public int[] Starts { get; init; } = [];

    public int[] Strides { get; init; } = [];
}

/// <summary>The result of a step that only the host can do; nothing with weights may read it.</summary>
internal sealed class Hosted(string name, int[] dims, string onnxOperator, Tensor[] inputs, int axis) : Tensor(name, dims)
{
    public string Operator { get; } = onnxOperator;

    public Tensor[] Inputs { get; } = inputs;

    public int Axis { get; } = axis;

    public int[] Permutation { get; init; } = [];

    public int[] Starts { get; init; } = [];

    public int[] Strides { get; init; } = [];
}

/// <summary>The integers of a QuantizeLinear, which only a DequantizeLinear may read.</summary>
internal sealed class QuantizedActivation(Activation source, string name, Constant scale, long zero, int codeMin, int codeMax)
    : Tensor(name, source.Dims)
{
    public Activation Source { get; } = source;

    public Constant Scale { get; } = scale;

    public long Zero { get; } = zero;

    public int CodeMin { get; } = codeMin;

    public int CodeMax { get; } = codeMax;
}
