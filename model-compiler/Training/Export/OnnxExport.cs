using Barrel.Compiler.Import.Onnx;
using Barrel.Compiler.Peers.Int8;
using Barrel.Compiler.Training.Architectures;
using Barrel.Compiler.Training.Networks;
using Google.Protobuf;
using DataType = Barrel.Compiler.Import.Onnx.TensorProto.Types.DataType;

namespace Barrel.Compiler.Training.Export;

/// <summary>
/// A trained network as ONNX, opset 13. Normalization is folded; activation codes are written as Mul, Add ½, Floor, Clip, Mul, which the compiler takes for the
/// grid that they are and ONNX Runtime computes as they stand.
/// </summary>
internal sealed class OnnxExport
{
    private const int IrVersion = 8;
    private const int Opset = 13;

    private readonly GraphProto _graph = new() { Name = "barrel" };
    private readonly TrainedNetwork _network;
    private readonly Scheme _scheme;

    private OnnxExport(TrainedNetwork network, Scheme scheme) => (_network, _scheme) = (network, scheme);

    /// <summary>The file's bytes.</summary>
    /// <param name="network">The network.</param>
    /// <param name="scheme">How it computes.</param>
    /// <param name="isFlat">Whether scores of one pixel lose their height and width, as classifiers have it.</param>
    public static byte[] Bytes(TrainedNetwork network, Scheme scheme, bool isFlat) => new OnnxExport(network, scheme).Write(isFlat);

    private byte[] Write(bool isFlat)
    {
        Dictionary<PlanNode, string> values = new() { [_network.Plan.Input] = "input" };
        foreach (PlanNode node in _network.Plan.Nodes.Skip(1))
            values[node] = Add(node, [.. node.Inputs.Select(i => values[i])], node.Residual is null ? null : values[node.Residual]);
        PlanNode last = _network.Plan.Output;
        string output = values[last];
        int[] shape = [1, last.Channels, last.Height, last.Width];
        if (isFlat)
        {
            output = Node("Flatten", "scores", [output], PeerGraph.Attribute("axis", 1));
            shape = [1, last.Channels];
        }

        PlanNode first = _network.Plan.Input;
        _graph.Input.Add(Value("input", [1, first.Channels, first.Height, first.Width]));
        _graph.Output.Add(Value(output, shape));
        ModelProto model = new() { IrVersion = IrVersion, ProducerName = "barrel train", Graph = _graph };
        model.OpsetImport.Add(new OperatorSetIdProto { Version = Opset });
        return model.ToByteArray();
    }

    private string Add(PlanNode node, string[] inputs, string? residual) => node.Kind switch
    {
        NodeKind.Convolution => Convolution(node, inputs[0], residual),
        NodeKind.MaxPool => Node("MaxPool", node.Name, inputs, PeerGraph.Attribute("kernel_shape", [2L, 2]), PeerGraph.Attribute("strides", [2L, 2])),
        NodeKind.Upsample => Node(
            "Resize",
            node.Name,
            [inputs[0], "", Constant(node.Name + "_scales", [1, 1, 2, 2], 4)],
            PeerGraph.Attribute("mode", "nearest"),
            PeerGraph.Attribute("coordinate_transformation_mode", "asymmetric"),
            PeerGraph.Attribute("nearest_mode", "floor")),
        NodeKind.Concat => Node("Concat", node.Name, inputs, PeerGraph.Attribute("axis", 1)),
        NodeKind.PixelShuffle => Node("DepthToSpace", node.Name, inputs, PeerGraph.Attribute("blocksize", 2), PeerGraph.Attribute("mode", "CRD")),
        _ => throw new InvalidOperationException($"a {node.Kind} in the middle"),
    };

    private string Convolution(PlanNode node, string input, string? residual)
    {
        string name = node.Name;
        TrainedLayer layer = _network[node];
        (float[] weights, float[] bias) = _scheme.Export(layer);
        string value = Node(
            "Conv",
            name + "_sum",
            [input, Constant(name + "_weights", weights, node.Channels, node.Inputs[0].Channels, node.Kernel, node.Kernel), Constant(name + "_bias", bias, node.Channels)],
            PeerGraph.Attribute("kernel_shape", [node.Kernel, (long)node.Kernel]),
            PeerGraph.Attribute("strides", [node.Stride, (long)node.Stride]),
            PeerGraph.Attribute("dilations", [node.Dilation, (long)node.Dilation]),
            PeerGraph.Attribute("pads", Enumerable.Repeat((long)node.Padding, 4)));
        if (residual is not null)
            value = Node("Add", name + "_residual", [value, residual]);
        if (node.Activation == Activation.Sign)
            return Node("Sign", name, [value]);
        if (node.Activation == Activation.None)
            return value;
        value = Node("Relu", name + "_relu", [value]);
        return _scheme.Codes(layer) is (float[] steps, int codeMax) ? Codes(name, value, steps, codeMax) : value;
    }

    private string Codes(string name, string value, float[] steps, int codeMax)
    {
        value = Node("Mul", name + "_scaled", [value, Constant(name + "_inverse", Array.ConvertAll(steps, s => 1 / s), 1, steps.Length, 1, 1)]);
        value = Node("Add", name + "_half", [value, Constant(name + "_rounding", [0.5f], 1)]);
        value = Node("Floor", name + "_floor", [value]);
        value = Node("Clip", name + "_code", [value, Constant(name + "_least", [0]), Constant(name + "_most", [codeMax])]);
        return Node("Mul", name, [value, Constant(name + "_step", steps, 1, steps.Length, 1, 1)]);
    }

    private string Constant(string name, float[] values, params int[] shape)
    {
        _graph.Initializer.Add(PeerGraph.Tensor<float>(name, DataType.Float, values, shape));
        return name;
    }

    private string Node(string type, string output, string[] inputs, params AttributeProto[] attributes)
    {
        _graph.Node.Add(new NodeProto { OpType = type, Name = output, Input = { inputs }, Output = { output }, Attribute = { attributes } });
        return output;
    }

    private static ValueInfoProto Value(string name, int[] shape)
    {
        TensorShapeProto sides = new();
        foreach (int side in shape)
            sides.Dim.Add(new TensorShapeProto.Types.Dimension { DimValue = side });
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)DataType.Float, Shape = sides } } };
    }
}
