using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Barrel.Compiler.Peers.Int8;

/// <summary>How far a network's first output is from the float one's.</summary>
internal static class OutputError
{
    /// <param name="exact">The float network.</param>
    /// <param name="other">The same in other arithmetic.</param>
    /// <param name="frame">Codes.</param>
    /// <returns>Signal over error in decibels; null where the output holds no floats or there is no error.</returns>
    public static double? SqnrDb(OnnxRuntimeNetwork exact, OnnxRuntimeNetwork other, byte[] frame)
    {
        if (Output(exact, frame) is not float[] expected || Output(other, frame) is not float[] actual)
            return null;
        double signal = 0, error = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            double difference = expected[i] - actual[i];
            signal += (double)expected[i] * expected[i];
            error += difference * difference;
        }

        return signal > 0 && error > 0 ? 10 * Math.Log10(signal / error) : null;
    }

    private static float[]? Output(OnnxRuntimeNetwork network, byte[] frame)
    {
        using OnnxRuntimeSession session = network.Open();
        session.SetInput(frame);
        using IDisposableReadOnlyCollection<OrtValue> outputs = session.Infer();
        return outputs[0].GetTensorTypeAndShape().ElementDataType == TensorElementType.Float ? outputs[0].GetTensorDataAsSpan<float>().ToArray() : null;
    }
}
