namespace Barrel.Compiler.Import;

/// <summary>The stable codes of what the importer refuses; every message names the place and what would be right.</summary>
public static class ImportErrors
{
    /// <summary>The file is truncated, is no ONNX protobuf, or holds no graph.</summary>
    public const int Unreadable = 1001;

    /// <summary>The file's operator set is missing or outside the supported range.</summary>
    public const int Opset = 1002;

    /// <summary>An operator, or its place in the network, is not supported.</summary>
    public const int Operator = 1003;

    /// <summary>An attribute or a constant parameter of a supported operator has a value that is not supported.</summary>
    public const int Attribute = 1004;

    /// <summary>Shapes are unknown, do not fit together, or do not fit the data they describe.</summary>
    public const int Shape = 1005;

    /// <summary>Values are wired wrongly: a cycle, a missing or doubly made value, not exactly one input.</summary>
    public const int Wiring = 1006;

    /// <summary>A weight is NaN or infinite.</summary>
    public const int NonFinite = 1007;

    /// <summary>A tensor, or all that the file asks for together, is larger than a board could ever hold.</summary>
    public const int TooLarge = 1008;

    /// <summary>Weights lie in another file.</summary>
    public const int ExternalData = 1009;

    /// <summary>A tensor has an element type that is not supported.</summary>
    public const int ElementType = 1010;
}
