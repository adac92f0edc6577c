using Barrel.Compiler.Cards;
using Barrel.Runtime;

namespace Barrel.Compiler.Data;

/// <summary>
/// The float network's input for each code, so that ONNX Runtime, the float graph and the quantized network see the same pixels:
/// (code − subtract[c])·multiply[c], or ±1 where the card binarizes. Padding counts as its code's value.
/// </summary>
public sealed class CodeValues
{
    private readonly float[][] _values;

    public CodeValues(CardInput input, InputFormat format)
    {
        _values = new float[format.Channels][];
        for (int c = 0; c < _values.Length; c++)
        {
            double subtract = input.Subtract[input.Subtract.Length == 1 ? 0 : c];
            double multiply = input.Multiply[input.Multiply.Length == 1 ? 0 : c];
            _values[c] = new float[256];
            for (int code = 0; code < 256; code++)
                _values[c][code] = input.Binarize ? (code > 0 ? 1 : -1) : (float)((code - subtract) * multiply);
        }
    }

    /// <summary>The value of a code 0..255 in a channel of the network's order.</summary>
    public float this[int channel, int code] => _values[channel][code];

    /// <param name="codes">[channels, height, width].</param>
    /// <param name="values">The same shape.</param>
    public void Fill(ReadOnlySpan<byte> codes, Span<float> values)
    {
        int plane = codes.Length / _values.Length;
        for (int c = 0; c < _values.Length; c++)
        {
            float[] table = _values[c];
            ReadOnlySpan<byte> from = codes.Slice(c * plane, plane);
            Span<float> to = values.Slice(c * plane, plane);
            for (int i = 0; i < from.Length; i++)
                to[i] = table[from[i]];
        }
    }
}
