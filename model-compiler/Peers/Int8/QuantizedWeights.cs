using System.Runtime.Intrinsics.X86;

namespace Barrel.Compiler.Peers.Int8;

/// <summary>Weights in signed bytes with a scale for each output channel, and biases in the scale of their sums.</summary>
/// <param name="Codes">Outputs first.</param>
/// <param name="Scales">One an output.</param>
/// <param name="Bias">One an output.</param>
internal sealed record QuantizedWeights(sbyte[] Codes, float[] Scales, int[] Bias)
{
    private const int CpuIdVnni = 1 << 11;
    private const int CpuIdAvxVnni = 1 << 4;

    /// <summary>
    /// x64 without VNNI adds two products of a byte and a signed byte in 16 bits, which saturate unless weights have 7 bits: what ONNX Runtime's own
    /// quantizer calls a reduced range. It costs accuracy, not time.
    /// </summary>
    private static readonly int s_codeMax = AddsInWords() ? 63 : 127;

    /// <param name="weights">[outputs, weights of one output].</param>
    /// <param name="bias">One an output; null: zeros.</param>
    /// <param name="inputScale">Of what the weights are multiplied by.</param>
    public static QuantizedWeights Of(float[] weights, float[]? bias, int outputs, float inputScale)
    {
        int fanIn = weights.Length / outputs;
        var result = new QuantizedWeights(new sbyte[weights.Length], new float[outputs], new int[outputs]);
        for (int o = 0; o < outputs; o++)
        {
            ReadOnlySpan<float> row = weights.AsSpan(o * fanIn, fanIn);
            float greatest = 0;
            foreach (float w in row)
                greatest = MathF.Max(greatest, MathF.Abs(w));

            // A bias that is great beside its weights must still fit its 32 bits.
            float least = MathF.Abs(bias?[o] ?? 0) / (inputScale * (1 << 30));
            float scale = MathF.Max(greatest / s_codeMax, least);
            result.Scales[o] = scale > 0 ? scale : 1;
            for (int i = 0; i < fanIn; i++)
                result.Codes[(o * fanIn) + i] = (sbyte)Math.Clamp(MathF.Round(row[i] / result.Scales[o]), -s_codeMax, s_codeMax);
            if (bias is not null)
                result.Bias[o] = (int)Math.Clamp(Math.Round(bias[o] / ((double)inputScale * result.Scales[o])), int.MinValue, int.MaxValue);
        }

        return result;
    }

    private static bool AddsInWords() =>
        X86Base.IsSupported && (X86Base.CpuId(7, 0).Ecx & CpuIdVnni) == 0 && (X86Base.CpuId(7, 1).Eax & CpuIdAvxVnni) == 0;
}
