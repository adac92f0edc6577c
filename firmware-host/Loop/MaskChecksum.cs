using System.Globalization;

namespace Barrel.Host.Loop;

/// <summary>FNV-1a, 64 bits, over all masks of a run: two boards that saw the same frames have the same.</summary>
internal sealed class MaskChecksum
{
    private const ulong Prime = 0x100000001b3;

    private ulong value = 0xcbf29ce484222325;

    /// <summary>Sixteen hexadecimal digits.</summary>
    public string Text => value.ToString("x16", CultureInfo.InvariantCulture);

    public void Add(Mask mask)
    {
        ulong sum = value;
        foreach (byte road in mask.Classes.AsSpan(mask.Offset, mask.Width * mask.Height))
            sum = (sum ^ road) * Prime;
        value = sum;
    }
}
