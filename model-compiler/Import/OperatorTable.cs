namespace Barrel.Compiler.Import;

/// <summary>One supported operator.</summary>
/// <param name="Name">ONNX's name.</param>
/// <param name="Import">Adds to the body what it does; null where it exists only between constants.</param>
/// <param name="Fold">Computes it where all inputs are constants; null where <paramref name="Import"/> does that or nothing can.</param>
/// <param name="Attributes">Every attribute it reads or may ignore; any other is an error.</param>
internal sealed record OperatorImport(
    string Name,
    Action<OnnxNode, ImportContext>? Import,
    Func<OnnxNode, ImportContext, Constant>? Fold,
    params string[] Attributes);

/// <summary>The list of supported operators: dispatch, error messages and documentation all read this one.</summary>
internal static class OperatorTable
{
    private static readonly string[] Window = ["auto_pad", "dilations", "group", "kernel_shape", "pads", "strides"];

    private static readonly OperatorImport[] Rows =
    [
        new("Abs", null, ConstantFolding.Unary),
        new("Add", Arithmetic.Import, ConstantFolding.Binary, "axis", "broadcast"),
        new("ArgMax", Final.ImportArgMax, null, "axis", "keepdims", "select_last_index"),
        new("AveragePool", Pool.ImportAverage, null, "auto_pad", "ceil_mode", "count_include_pad", "dilations", "kernel_shape", "pads",
            "strides"),
        new("BatchNormalization", BatchNormalization.Import, null, "epsilon", "is_test", "momentum", "spatial", "training_mode"),
        new("Cast", Shapes.ImportIdentity, ConstantFolding.Cast, "saturate", "to"),
        new("Ceil", null, ConstantFolding.Unary),
        new("Clip", Activations.ImportClip, ConstantFolding.Clip, "max", "min"),
        new("Concat", Concat.Import, ConstantFolding.Concat, "axis"),
        new("Constant", null, ConstantFolding.Constant, "value", "value_float", "value_floats", "value_int", "value_ints"),
        new("ConstantOfShape", null, ConstantFolding.ConstantOfShape, "value"),
        new("Conv", Conv.Import, null, Window),
        new("ConvTranspose", ConvTranspose.Import, null, [.. Window, "output_padding", "output_shape"]),
        new("DepthToSpace", DepthToSpace.Import, null, "blocksize", "mode"),
        new("DequantizeLinear", Quantization.ImportDequantize, null, "axis", "block_size"),
        new("Div", Arithmetic.Import, ConstantFolding.Binary, "axis", "broadcast"),
        new("Dropout", Shapes.ImportIdentity, null, "is_test", "ratio", "seed"),
        new("Expand", null, ConstantFolding.Expand),
        new("Flatten", Shapes.Import, null, "axis"),
        new("Floor", Activations.ImportFloor, ConstantFolding.Unary),
        new("Gather", null, ConstantFolding.Gather, "axis"),
        new("Gemm", Gemm.Import, null, "alpha", "beta", "broadcast", "transA", "transB"),
        new("GlobalAveragePool", Pool.ImportGlobalAverage, null),
        new("Identity", Shapes.ImportIdentity, null),
        new("LeakyRelu", Activations.ImportLeakyRelu, null, "alpha"),
        new("LogSoftmax", Final.Import, null, "axis"),
        new("MatMul", Gemm.ImportMatMul, null),
        new("Max", null, ConstantFolding.Binary),
        new("MaxPool", Pool.ImportMax, null, "auto_pad", "ceil_mode", "dilations", "kernel_shape", "pads", "storage_order", "strides"),
        new("Min", null, ConstantFolding.Binary),
        new("Mul", Arithmetic.Import, ConstantFolding.Binary, "axis", "broadcast"),
        new("Neg", null, ConstantFolding.Unary),
        new("PRelu", Activations.ImportPRelu, null),
        new("Pad", Pad.Import, null, "mode", "pads", "value"),
        new("QuantizeLinear", Quantization.ImportQuantize, null, "axis", "block_size", "output_dtype", "saturate"),
        new("Range", null, ConstantFolding.Range),
        new("Reciprocal", null, ConstantFolding.Unary),
        new("ReduceMean", Pool.ImportReduceMean, null, "axes", "keepdims", "noop_with_empty_axes"),
        new("Relu", Activations.ImportRelu, null),
        new("Reshape", Shapes.Import, null, "allowzero", "shape"),
        new("Resize", Resize.Import, null, "antialias", "axes", "coordinate_transformation_mode", "cubic_coeff_a", "exclude_outside",
            "extrapolation_value", "keep_aspect_ratio_policy", "mode", "nearest_mode"),
        new("Shape", null, ConstantFolding.Shape, "end", "start"),
        new("Sigmoid", Final.Import, null),
        new("Sign", Activations.ImportSign, null),
        new("Size", null, ConstantFolding.Shape),
        new("Slice", Slice.Import, ConstantFolding.Slice, "axes", "ends", "starts"),
        new("Softmax", Final.Import, null, "axis"),
        new("Split", Slice.ImportSplit, null, "axis", "num_outputs", "split"),
        new("Sqrt", null, ConstantFolding.Unary),
        new("Squeeze", Shapes.Import, null, "axes"),
        new("Sub", Arithmetic.Import, ConstantFolding.Binary, "axis", "broadcast"),
        new("Sum", Arithmetic.ImportSum, null),
        new("Transpose", Shapes.ImportTranspose, null, "perm"),
        new("Unsqueeze", Shapes.Import, null, "axes"),
        new("Upsample", Resize.Import, null, "mode", "scales"),
    ];

    private static readonly Dictionary<string, OperatorImport> ByName = Rows.ToDictionary(r => r.Name);

    /// <summary>All names, as error messages list them.</summary>
    public static string Names { get; } = string.Join(", ", Rows.Select(r => r.Import is null ? $"{r.Name} (of constants)" : r.Name));

    public static IReadOnlyList<OperatorImport> All => Rows;

    public static OperatorImport? Find(string name) => ByName.GetValueOrDefault(name);
}
