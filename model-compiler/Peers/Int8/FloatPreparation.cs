using Barrel.Compiler.Import.Onnx;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;

namespace Barrel.Compiler.Peers.Int8;

/// <summary>
/// The float network as it should be before it is quantized: its constants are constants, its operators are of a set that has 8-bit kernels, ONNX
/// Runtime has folded what it can, and what can be a convolution is one, since these have 8-bit kernels.
/// </summary>
internal static class FloatPreparation
{
    /// <summary>The first set of operators in which MaxPool, Pad and Resize take bytes.</summary>
    private const int Opset = 13;

    /// <summary>The last one in which Softmax flattens from its axis on; Pad does not take bytes yet.</summary>
    private const int OpsetOfFlatSoftmax = 12;
    private const int IrVersion = 8;

    /// <summary>Operators that mean the same in set 13 as in the set given and all between.</summary>
    private static readonly Dictionary<string, int> s_sameSince = new()
    {
        ["Add"] = 7, ["AveragePool"] = 7, ["BatchNormalization"] = 7, ["Clip"] = 11, ["Concat"] = 4, ["Constant"] = 1, ["Conv"] = 1, ["ConvTranspose"] = 1,
        ["DepthToSpace"] = 1, ["Div"] = 7, ["Flatten"] = 1, ["Gemm"] = 7, ["GlobalAveragePool"] = 1, ["Identity"] = 1, ["LeakyRelu"] = 6, ["MatMul"] = 1,
        ["MaxPool"] = 1, ["Mul"] = 7, ["PRelu"] = 7, ["Pad"] = 11, ["Relu"] = 6, ["Reshape"] = 5, ["Resize"] = 11, ["Sigmoid"] = 6, ["Sign"] = 9,
        ["Slice"] = 10, ["Softmax"] = 1, ["Sub"] = 7, ["Tanh"] = 6, ["Tile"] = 6, ["Transpose"] = 1,
    };

    /// <param name="file">An ONNX file that ONNX Runtime loads, without fake quantization.</param>
    /// <exception cref="OnnxRuntimeException">ONNX Runtime does not load it.</exception>
    public static ModelProto Prepare(byte[] file, Int8Form form)
    {
        ModelProto model = ModelProto.Parser.ParseFrom(file);
        DropConstantInputs(model.Graph);
        RaiseOpset(model);
        ModelProto folded = ModelProto.Parser.ParseFrom(Optimized(model.ToByteArray(), GraphOptimizationLevel.ORT_ENABLE_BASIC));
        TransposedConvolutions.Rewrite(folded, file.Length);
        if (form.ChannelWiseConvolutions)
            ChannelWiseOperators.Rewrite(folded, file.Length);
        return folded;
    }

    /// <summary>The file as ONNX Runtime runs it at a level of optimisation.</summary>
    public static byte[] Optimized(byte[] file, GraphOptimizationLevel level)
    {
        string folder = Directory.CreateTempSubdirectory("barrel-peer-").FullName;
        try
        {
            string path = Path.Combine(folder, "optimized.onnx");
            using var options = new SessionOptions
            {
                GraphOptimizationLevel = level, OptimizedModelFilePath = path, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
            };
            new InferenceSession(file, options).Dispose();
            return File.ReadAllBytes(path);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // Old files list their weights among the inputs, where a caller might replace them: nothing can then be folded.
    private static void DropConstantInputs(GraphProto graph)
    {
        HashSet<string> constants = [.. graph.Initializer.Select(t => t.Name)];
        foreach (ValueInfoProto input in graph.Input.ToArray())
            if (constants.Contains(input.Name))
                graph.Input.Remove(input);
    }

    private static void RaiseOpset(ModelProto model)
    {
        model.IrVersion = Math.Max(model.IrVersion, IrVersion);
        OperatorSetIdProto standard = model.OpsetImport.First(o => o.Domain.Length == 0);
        int target = model.Graph.Node.Any(n => n.OpType == "Softmax") ? OpsetOfFlatSoftmax : Opset;
        if (standard.Version < target && model.Graph.Node.All(n => n.Domain.Length == 0 && s_sameSince.TryGetValue(n.OpType, out int since) && standard.Version >= since))
            standard.Version = target;
    }
}
