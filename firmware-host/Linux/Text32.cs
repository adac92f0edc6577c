using System.Runtime.CompilerServices;
using System.Text;

namespace Barrel.Host.Linux;

/// <summary>Text that ends with a zero or fills its 32 bytes.</summary>
[InlineArray(32)]
internal struct Text32
{
    private byte first;

    public override readonly string ToString()
    {
        ReadOnlySpan<byte> bytes = this;
        int end = bytes.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? bytes : bytes[..end]);
    }

    public static Text32 Of(string text)
    {
        Text32 result = default;
        Span<byte> bytes = result;
        Encoding.UTF8.GetBytes(text, bytes);
        return result;
    }
}
