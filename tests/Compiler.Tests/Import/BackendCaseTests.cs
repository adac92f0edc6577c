using Barrel.Compiler.Graphs;
using Barrel.Compiler.Import;
using Barrel.Compiler.Import.Onnx;
using Barrel.Runtime;
using Google.Protobuf;

namespace Barrel.Compiler.Tests.Import;

/// <summary>ONNX's own cases exported by PyTorch. Every case is in one of two lists: those that match, sample by sample, and those refused.</summary>
[TestClass]
public class BackendCaseTests
{
    private static readonly string[] Matching =
    [
        "add_broadcast", "add_size1_right_broadcast", "add_size1_singleton_broadcast", "addconstant", "addmm", "chunk", "clip", "conv", "convtranspose",
        "flatten", "index", "maxpool", "mm", "permute2", "view",
    ];

    private static readonly Dictionary<string, (int Code, string Why)> Refused = new()
    {
        ["add_size1_broadcast"] = (ImportErrors.Shape, "adds a constant of its own to each sample of a batch"),
        ["basic"] = (ImportErrors.Operator, "Mul of two values that the network computes"),
        ["concat2"] = (ImportErrors.Shape, "joins a constant of its own to each sample of a batch"),
        ["exp"] = (ImportErrors.Operator, "Exp"),
        ["max"] = (ImportErrors.Operator, "Max of what the network computes"),
        ["min"] = (ImportErrors.Operator, "Min of what the network computes"),
        ["non_float_params"] = (ImportErrors.ElementType, "integers"),
        ["pad"] = (ImportErrors.Attribute, "reflects"),
        ["params"] = (ImportErrors.Shape, "adds a constant of its own to each sample of a batch"),
        ["pow"] = (ImportErrors.Operator, "Pow"),
        ["reduced_mean"] = (ImportErrors.Attribute, "mean over height alone"),
        ["reduced_mean_keepdim"] = (ImportErrors.Attribute, "mean over height alone"),
        ["reduced_sum"] = (ImportErrors.Operator, "ReduceSum"),
        ["reduced_sum_keepdim"] = (ImportErrors.Operator, "ReduceSum"),
        ["repeat"] = (ImportErrors.Operator, "Tile"),
        ["repeat_dim_overflow"] = (ImportErrors.Operator, "Tile"),
        ["selu"] = (ImportErrors.Operator, "Selu"),
        ["sqrt"] = (ImportErrors.Operator, "Sqrt of what the network computes"),
        ["symbolic_override"] = (ImportErrors.Operator, "InstanceNormalization"),
        ["symbolic_override_nested"] = (ImportErrors.Operator, "Neg of what the network computes"),
    };

    [TestMethod]
    public void Every_case_matches_or_is_refused_as_listed()
    {
        string folder = SharedData.Require("onnx_backend", "pytorch-operator");
        var wrong = new List<string>();
        foreach (string path in Directory.GetDirectories(folder).Order())
        {
            string name = Path.GetFileName(path)["test_operator_".Length..];
            try
            {
                Compare(path);
                if (!Matching.Contains(name))
                    wrong.Add($"{name}: imported");
            }
            catch (BarrelException e)
            {
                if (!Refused.TryGetValue(name, out (int Code, string Why) r) || r.Code != e.Code)
                    wrong.Add($"{name}: BRL{e.Code} {e.Message}");
            }
            catch (AssertFailedException e)
            {
                wrong.Add($"{name}: {e.Message}");
            }
        }
        Assert.IsEmpty(wrong, string.Join('\n', wrong));
    }

    private static void Compare(string path)
    {
        Constant input = Tensor(Path.Combine(path, "test_data_set_0", "input_0.pb"));
        Constant output = Tensor(Path.Combine(path, "test_data_set_0", "output_0.pb"));
        // A batch is run sample by sample.
        int batch = input.Rank > 1 ? input.Dims[0] : 1;
        int[] shape = [.. input.Dims];
        if (shape.Length > 1)
            shape[0] = 1;
        Graph graph = OnnxImporter.Import(WithConstants(path), "case", shape);
        float[] x = input.FloatValues!, y = output.FloatValues!;
        Assert.AreEqual(0, y.Length % batch);
        for (int i = 0; i < batch; i++)
        {
            float[] actual = Oracle.Run(graph, x.AsSpan(i * x.Length / batch, x.Length / batch).ToArray())[0];
            Close.Assert(y.AsSpan(i * y.Length / batch, y.Length / batch).ToArray(), actual, 1e-4, path);
        }
    }

    // A network has one input: what a case feeds besides becomes an initializer.
    private static byte[] WithConstants(string path)
    {
        ModelProto model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(Path.Combine(path, "model.onnx")));
        string[] fed = [.. model.Graph.Input.Select(i => i.Name).Except(model.Graph.Initializer.Select(t => t.Name))];
        for (int i = 1; i < fed.Length; i++)
        {
            TensorProto tensor = TensorProto.Parser.ParseFrom(File.ReadAllBytes(Path.Combine(path, "test_data_set_0", $"input_{i}.pb")));
            tensor.Name = fed[i];
            model.Graph.Initializer.Add(tensor);
        }
        return model.ToByteArray();
    }

    private static Constant Tensor(string path) => TensorReader.Read(TensorProto.Parser.ParseFrom(File.ReadAllBytes(path)), "case", new Budget(1 << 20));
}
