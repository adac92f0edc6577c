using Barrel.Compiler.Cards;
using Barrel.Compiler.Import.Onnx;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using System.Numerics.Tensors;

namespace Barrel.Compiler.Peers.Int8;

/// <summary>Least and greatest of every float value of a network over the calibration frames; 0 always lies between.</summary>
internal sealed class ValueRanges
{
    private readonly Dictionary<string, (float Min, float Max)> _ranges = [];

    /// <summary>Null for what is no value of floats.</summary>
    public (float Min, float Max)? this[string value] => _ranges.TryGetValue(value, out (float Min, float Max) range) ? range : null;

    /// <param name="model">The network; it is not changed.</param>
    /// <param name="name">What messages call it.</param>
    /// <param name="card">Its model card.</param>
    /// <param name="frames">Codes of each frame.</param>
    public static ValueRanges Measure(ModelProto model, string name, ModelCard card, IReadOnlyList<byte[]> frames)
    {
        ModelProto open = model.Clone();
        HashSet<string> outputs = [.. open.Graph.Output.Select(o => o.Name)];
        foreach (string value in open.Graph.Node.SelectMany(n => n.Output))
            if (value.Length > 0 && outputs.Add(value))
                open.Graph.Output.Add(new ValueInfoProto { Name = value });
        var ranges = new ValueRanges();
        using var network = new OnnxRuntimeNetwork(name, open.ToByteArray(), card, Environment.ProcessorCount);
        using OnnxRuntimeSession session = network.Open();
        foreach (byte[] frame in frames)
        {
            session.SetInput(frame);
            ranges.Include(network.InputName, session.Values);
            using IDisposableReadOnlyCollection<OrtValue> values = session.Infer();
            for (int i = 0; i < values.Count; i++)
                if (values[i].IsTensor && values[i].GetTensorTypeAndShape().ElementDataType == TensorElementType.Float)
                    ranges.Include(network.OutputNames[i], values[i].GetTensorDataAsSpan<float>());
        }

        return ranges;
    }

    private void Include(string value, ReadOnlySpan<float> values)
    {
        (float min, float max) = _ranges.GetValueOrDefault(value);
        if (values.Length > 0)
            _ranges[value] = (MathF.Min(min, TensorPrimitives.Min(values)), MathF.Max(max, TensorPrimitives.Max(values)));
    }
}
