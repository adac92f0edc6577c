using Barrel.Compiler.Graphs;
using Barrel.Compiler.Import.Onnx;
using Barrel.Runtime;
using Google.Protobuf;

namespace Barrel.Compiler.Import;

/// <summary>
/// ONNX file to <see cref="Graph"/>, batch 1. Whatever the file holds, the result is a graph or a <see cref="BarrelException"/> with one of
/// the codes of <see cref="ImportErrors"/>.
/// </summary>
public static class OnnxImporter
{
    /// <summary>Oldest operator set; 6 differs from 7 in broadcasting alone.</summary>
    public const int OpsetMin = 6;

    public const int OpsetMax = 21;

    // Far beyond any network for a board; they bound what the passes may take.
    private const int NodesMax = 1 << 14;
    private const int OutputsMax = 1 << 10;

    /// <summary>All supported operators, as error messages list them.</summary>
    public static string SupportedOperators => OperatorTable.Names;

    /// <param name="path">The .onnx file; the graph gets its name without the extension.</param>
    /// <param name="inputShape">Shape of the network's input in the file's own layout; see <see cref="Import"/>.</param>
    public static Graph ImportFile(string path, int[]? inputShape = null)
    {
        byte[] file;
        try
        {
            file = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new BarrelException(ImportErrors.Unreadable,
                $"{path}: {e.Message.TrimEnd('.')}: a readable ONNX file of at most 2 GB is needed", e);
        }
        return Import(file, Path.GetFileNameWithoutExtension(path), inputShape);
    }

    /// <param name="file">The file's bytes.</param>
    /// <param name="name">Name of the graph.</param>
    /// <param name="inputShape">
    /// Replaces the input's shape in the file. Needed where dimensions other than the batch are symbolic, or where the batch is fixed
    /// and not 1.
    /// </param>
    public static Graph Import(byte[] file, string name, int[]? inputShape = null)
    {
        ArgumentNullException.ThrowIfNull(file);
        var budget = new Budget(file.Length);
        ModelProto model = Parse(file, budget);
        int opset = Opset(model);
        GraphProto proto = model.Graph;
        var context = new ImportContext(budget);

        var given = new HashSet<string>();
        var initializers = new Dictionary<string, TensorProto>();
        foreach (TensorProto t in proto.Initializer)
        {
            if (!initializers.TryAdd(t.Name, t))
                throw new BarrelException(ImportErrors.Wiring,
                    $"tensor '{OnnxNode.Printable(t.Name)}' is given twice: every value has one maker");
            given.Add(t.Name);
        }
        ValueInfoProto inputInfo = SingleInput(proto, given);
        given.Add(inputInfo.Name);
        if (proto.Output.Count is 0 or > OutputsMax)
            throw new BarrelException(ImportErrors.Wiring, $"the graph has {proto.Output.Count} outputs: 1 to {OutputsMax} are supported");
        if (proto.Output.Any(o => o.Name.Length == 0))
            throw new BarrelException(ImportErrors.Wiring, "an output of the graph has no name: every output is a node's");
        if (proto.Node.Count > NodesMax)
            throw new BarrelException(ImportErrors.TooLarge, $"the graph has {proto.Node.Count} nodes: at most {NodesMax} are supported");
        List<NodeProto> order = TopologicalOrder.Sort(proto.Node, given, proto.Output.Select(o => o.Name));
        if (order.Count < proto.Node.Count)
            context.Remarks.Add($"{proto.Node.Count - order.Count} nodes that no output needs: dropped");

        LoadInitializers(initializers, order, proto, context);
        Activation input = GraphInput.Read(inputInfo, inputShape, order, context);
        context.Add(inputInfo.Name, input);
        foreach (NodeProto node in order)
            ImportNode(new OnnxNode(node, opset), context);
        return GraphOutputs.Build(name, input.Body, [.. proto.Output.Select(o => o.Name)], context);
    }

    private static ModelProto Parse(byte[] file, Budget budget)
    {
        WireScan.Check(file, budget);
        try
        {
            ModelProto model = ModelProto.Parser.WithDiscardUnknownFields(true).ParseFrom(file);
            return model.Graph is null
                ? throw new BarrelException(ImportErrors.Unreadable, "the file holds no graph: an ONNX model is needed")
                : model;
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or ArgumentException)
        {
            throw new BarrelException(ImportErrors.Unreadable, $"the file is truncated or no ONNX model: {e.Message.TrimEnd('.')}", e);
        }
    }

    private static int Opset(ModelProto model)
    {
        long opset = 0;
        foreach (OperatorSetIdProto set in model.OpsetImport)
        {
            if (set.Domain is "" or "ai.onnx")
                opset = Math.Max(opset, set.Version);
        }
        return opset is >= OpsetMin and <= OpsetMax
            ? (int)opset
            : throw new BarrelException(ImportErrors.Opset,
                $"the file asks for operator set {opset}: supported are {OpsetMin} to {OpsetMax}");
    }

    private static ValueInfoProto SingleInput(GraphProto proto, HashSet<string> initializers)
    {
        // Files of IR version 3 and before list their initializers as inputs too.
        List<ValueInfoProto> inputs = [.. proto.Input.Where(i => !initializers.Contains(i.Name))];
        return inputs is [ValueInfoProto one]
            ? one
            : throw new BarrelException(ImportErrors.Wiring,
                $"the network has {inputs.Count} inputs ({string.Join(", ", inputs.Take(4).Select(i => OnnxNode.Printable(i.Name)))}): " +
                "one is supported");
    }

    private static void LoadInitializers(Dictionary<string, TensorProto> initializers, List<NodeProto> order, GraphProto proto,
        ImportContext context)
    {
        var loaded = new HashSet<string>();
        foreach (string name in order.SelectMany(n => n.Input).Concat(proto.Output.Select(o => o.Name)))
        {
            if (initializers.TryGetValue(name, out TensorProto? tensor) && loaded.Add(name))
                context.Add(name, TensorReader.Read(tensor, name, context.Budget));
        }
    }

    private static void ImportNode(OnnxNode node, ImportContext context)
    {
        OperatorImport import = node.Import;
        bool constant = node.Inputs.Length == 0 || node.Operator is "Shape" or "Size"
            || (node.Inputs.Length > 0
                && Enumerable.Range(0, node.Inputs.Length).All(i => !node.HasInput(i) || context.Input(node, i) is Constant));
        if (constant && import.Fold is not null)
            context.Set(node, 0, import.Fold(node, context));
        else if (import.Import is not null)
            import.Import(node, context);
        else
            throw node.Refused("its operands are computed by the network", "constants there");
        for (int i = 0; i < node.Outputs.Length; i++)
        {
            if (node.Outputs[i].Length > 0 && !context.Has(node.Outputs[i]))
                throw node.Refused($"it has an output {i}", "the first output alone");
        }
    }
}
