using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Barrel.Runtime.Simd;

/// <summary>Bytes that begin at a cache line, so that no vector of them lies in two.</summary>
internal sealed class AlignedBytes
{
    private const int Alignment = 64;

    private readonly byte[] _bytes;
    private readonly int _at;

    public AlignedBytes(int count)
    {
        // Pinned, so that what is aligned stays so.
        _bytes = GC.AllocateArray<byte>(count + Alignment, pinned: true);
        _at = (int)-Marshal.UnsafeAddrOfPinnedArrayElement(_bytes, 0) & (Alignment - 1);
        Count = count;
    }

    public int Count { get; }

    public ref byte Start => ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_bytes), _at);

    public Span<byte> Span => _bytes.AsSpan(_at, Count);
}
