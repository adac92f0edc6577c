using System.Runtime.InteropServices;

namespace Barrel.ChipEmulator.Cuse;

/// <summary>Puts a reply's parts one behind the other.</summary>
internal ref struct ReplyBuffer(Span<byte> memory)
{
    private readonly Span<byte> memory = memory;

    /// <summary>Bytes so far.</summary>
    public int Length { get; private set; }

    /// <summary>Forgets what comes after this many bytes.</summary>
    public void Truncate(int length) => Length = length;

    public void Append<T>(T part)
        where T : unmanaged
    {
        MemoryMarshal.Write(memory[Length..], in part);
        Length += Marshal.SizeOf<T>();
    }

    public void Append(scoped ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(memory[Length..]);
        Length += bytes.Length;
    }
}
