namespace Barrel.Compiler.Graphs;

/// <summary>One operator of a legal graph: reads <see cref="Inputs"/>, makes <see cref="Output"/>.</summary>
public abstract class Node
{
    /// <summary>Name of the ONNX node it came from (its first output where the node has none).</summary>
    public required string Name { get; init; }

    /// <summary>The ONNX operator it came from, for reports: "Conv", "Gemm", "BatchNormalization", ...</summary>
    public required string OnnxOperator { get; init; }

    public required Value[] Inputs { get; set; }

    public required Value Output { get; set; }
}

/// <summary>
/// out[o, y, x] = bias[o] + Σ weights[o, c, ky, kx] · in[g·I/groups + c, y·strideY − padTop + ky·dilationY, x·strideX − padLeft + kx·dilationX],
/// zero outside the input. Everything linear is one of these: Conv, Gemm and MatMul (kernel = the flattened extent), BatchNormalization
/// and Mul/Add by constants (depthwise 1×1), AveragePool that counts its padding (depthwise, 1/k), cropping and strided Slice (identity, negative padding).
/// </summary>
public sealed class Convolution : Node
{
    /// <summary>[outputs, inputs / groups, kernelHeight, kernelWidth], row major.</summary>
    public required float[] Weights { get; set; }

    /// <summary>[outputs].</summary>
    public required float[] Bias { get; set; }

    public required int KernelHeight { get; init; }

    public required int KernelWidth { get; init; }

    public int StrideY { get; init; } = 1;

    public int StrideX { get; init; } = 1;

    public int DilationY { get; init; } = 1;

    public int DilationX { get; init; } = 1;

    /// <summary>Rows of zeros above; negative crops. Padding below and right follows from the output's shape.</summary>
    public int PadTop { get; set; }

    public int PadLeft { get; set; }

    public int Groups { get; init; } = 1;
}

/// <summary>
/// ConvTranspose: input (y, x) adds weights[c, o, ky, kx] · in to output (y·strideY − padTop + ky·dilationY, x·strideX − padLeft + kx·dilationX).
/// Output padding and cropping are in the output's shape.
/// </summary>
public sealed class TransposedConvolution : Node
{
    /// <summary>[inputs, outputs / groups, kernelHeight, kernelWidth], row major.</summary>
    public required float[] Weights { get; set; }

    /// <summary>[outputs].</summary>
    public required float[] Bias { get; set; }

    public required int KernelHeight { get; init; }

    public required int KernelWidth { get; init; }

    public int StrideY { get; init; } = 1;

    public int StrideX { get; init; } = 1;

    public int DilationY { get; init; } = 1;

    public int DilationX { get; init; } = 1;

    public int PadTop { get; init; }

    public int PadLeft { get; init; }

    public int Groups { get; init; } = 1;
}

/// <summary>x where x ≥ 0, slope[c]·x elsewhere. ReLU has slope 0, LeakyRelu one slope for all. Length 1 or channels.</summary>
public sealed class ParametricRelu : Node
{
    public required float[] Slopes { get; init; }
}

/// <summary>min(max(x, Minimum), Maximum); infinities where there is no bound.</summary>
public sealed class Clip : Node
{
    public required float Minimum { get; init; }

    public required float Maximum { get; init; }
}

/// <summary>+1 where x ≥ 0 (the binarized networks' convention; ONNX gives 0 at 0), −1 elsewhere.</summary>
public sealed class Sign : Node;

/// <summary>Element by element sum of two values of one shape.</summary>
public sealed class Add : Node;

/// <summary>Channels of all inputs, one after another.</summary>
public sealed class Concat : Node;

/// <summary>Channels First .. First + output channels − 1.</summary>
public sealed class ChannelSlice : Node
{
    public required int First { get; init; }
}

/// <summary>Maximum over a window; padding counts as −∞.</summary>
public sealed class MaxPool : Node
{
    public required int KernelHeight { get; init; }

    public required int KernelWidth { get; init; }

    public int StrideY { get; init; } = 1;

    public int StrideX { get; init; } = 1;

    public int DilationY { get; init; } = 1;

    public int DilationX { get; init; } = 1;

    public int PadTop { get; init; }

    public int PadLeft { get; init; }
}

/// <summary>AveragePool that does not count its padding (count_include_pad = 0 with padding); without padding it is a <see cref="Convolution"/>.</summary>
public sealed class AveragePool : Node
{
    public required int KernelHeight { get; init; }

    public required int KernelWidth { get; init; }

    public int StrideY { get; init; } = 1;

    public int StrideX { get; init; } = 1;

    public int PadTop { get; init; }

    public int PadLeft { get; init; }
}

/// <summary>
/// Resampling to the output's height and width as a table: output row y reads input rows RowIndex[y] and RowIndex[y] + 1 (clamped to the last)
/// with weights 1 − RowFraction[y] and RowFraction[y]; columns alike. Nearest has fractions 0. All coordinate modes become such a table at import.
/// </summary>
public sealed class Resize : Node
{
    public required int[] RowIndex { get; init; }

    public required float[] RowFraction { get; init; }

    public required int[] ColumnIndex { get; init; }

    public required float[] ColumnFraction { get; init; }
}

/// <summary>Pixel shuffle: out[c, y·b + i, x·b + j] = in[(c·b + i)·b + j, y, x]. The importer permutes DCR order to this one (CRD).</summary>
public sealed class DepthToSpace : Node
{
    public required int BlockSize { get; init; }
}

/// <summary>
/// An activation grid that the network was trained on: q = clamp(floor(x / Scale[c] + ½) + Zero, 0, 2^Bits − 1), out = (q − Zero)·Scale[c].
/// From QuantizeLinear/DequantizeLinear pairs and from Mul, Add ½, Floor, Clip, Mul. (QuantizeLinear rounds halves to even: the difference is said in the log.)
/// </summary>
public sealed class ActivationGrid : Node
{
    /// <summary>Length 1 or channels. The quantizer wants powers of two and refuses others.</summary>
    public required float[] Scales { get; init; }

    public required int Zero { get; init; }

    /// <summary>Greatest code: 2^bits − 1 as a rule.</summary>
    public required int MaximumCode { get; init; }
}

/// <summary>Index of the greatest channel, ties to the lower; output [1, 1, height, width].</summary>
public sealed class ArgMax : Node;

/// <summary>A step that the host does after the network: any rank, named as in ONNX.</summary>
public sealed class DecodingStep
{
    public required string Name { get; init; }

    /// <summary>Transpose, Reshape, Concat, Softmax, LogSoftmax, Sigmoid, Slice, Identity ...</summary>
    public required string Operator { get; init; }

    public required Value[] Inputs { get; init; }

    public required Value Output { get; init; }

    /// <summary>Permutation for Transpose, else empty.</summary>
    public int[] Permutation { get; init; } = [];

    /// <summary>Axis for Concat, Softmax, LogSoftmax, ArgMax; not negative.</summary>
    public int Axis { get; init; }

    /// <summary>First index of every axis for Slice, else empty.</summary>
    public int[] Starts { get; init; } = [];

    /// <summary>Step of every axis for Slice, possibly negative, else empty.</summary>
    public int[] Strides { get; init; } = [];
}
