namespace Barrel.Compiler.Graphs;

/// <summary>A tensor of the network, float32. In a legal graph its shape is [1, channels, height, width].</summary>
public sealed class Value(string name, params int[] shape)
{
    /// <summary>The tensor's name in the ONNX file, or one derived from it.</summary>
    public string Name { get; } = name;

    public int[] Shape { get; } = shape;

    public int Channels => Shape[1];

    public int Height => Shape[2];

    public int Width => Shape[3];

    public int ElementCount
    {
        get
        {
            int count = 1;
            foreach (int d in Shape)
                count *= d;
            return count;
        }
    }

    public override string ToString() => $"{Name} [{string.Join(", ", Shape)}]";
}

/// <summary>
/// A network between the importer and the quantizer. <see cref="Body"/> holds only the operators in <c>Operators.cs</c>, in
/// an order in which every value is made before it is read, all values of shape [1, channels, height, width] (a flat vector is
/// [1, n, 1, 1]). What an ONNX file does after its last layer with weights and that only rearranges or decodes
/// (Transpose, Reshape, Softmax, ...) is <see cref="Decoding"/>: it runs on the host, never in the blob.
/// </summary>
public sealed class Graph
{
    public required string Name { get; init; }

    public required Value Input { get; init; }

    public List<Node> Body { get; init; } = [];

    /// <summary>The values of the body that leave the network, before decoding.</summary>
    public List<Value> Outputs { get; init; } = [];

    /// <summary>Host-side steps from <see cref="Outputs"/> to <see cref="DecodedOutputs"/>, any rank; empty when there are none.</summary>
    public List<DecodingStep> Decoding { get; init; } = [];

    /// <summary>The ONNX file's own outputs, in its order.</summary>
    public List<Value> DecodedOutputs { get; init; } = [];

    /// <summary>What the importer dropped, folded or moved to the host, one line each, for the log.</summary>
    public List<string> Remarks { get; init; } = [];

    public Node? Producer(Value value) => Body.Find(n => n.Output == value);

    public List<Node> Consumers(Value value) => Body.FindAll(n => Array.IndexOf(n.Inputs, value) >= 0);
}
