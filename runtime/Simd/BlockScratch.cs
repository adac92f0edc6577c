using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Barrel.Runtime.Simd;

/// <summary>What one thread needs to sum and write blocks of any layer; all layers share it, since they run one after the other.</summary>
internal sealed class BlockScratch
{
    private const int Alignment = 64;

    private readonly byte[] _tile;
    private readonly int[] _sums;
    private readonly byte[] _masks;
    private readonly int _tileAt;
    private readonly int _masksAt;
    private readonly int _sumsAt;

    /// <param name="tileBytes">Of the layer that needs most.</param>
    /// <param name="blockBytes">Positions of the largest block.</param>
    /// <param name="sumInts">Sums that are kept at a time.</param>
    /// <param name="bestInts">Positions of a block in all phases, of the layer that keeps the greatest channel of the most.</param>
    /// <param name="windows">Of the layer that has most.</param>
    /// <param name="maskBytes">Of all windows of a layer, for a block.</param>
    public BlockScratch(int tileBytes, int blockBytes, int sumInts, int bestInts, int windows, int maskBytes)
    {
        // Pinned, so that what is aligned stays so.
        _tile = GC.AllocateArray<byte>(tileBytes + Alignment, pinned: true);
        _sums = GC.AllocateArray<int>(sumInts + (Alignment >> 2), pinned: true);
        _tileAt = (int)-Marshal.UnsafeAddrOfPinnedArrayElement(_tile, 0) & (Alignment - 1);
        _sumsAt = ((int)-Marshal.UnsafeAddrOfPinnedArrayElement(_sums, 0) & (Alignment - 1)) >> 2;
        Best = new int[bestInts];
        BestIndex = new int[bestInts];
        Codes = new byte[2 * blockBytes];
        Skip = new byte[blockBytes];
        WindowKinds = new byte[windows];
        _masks = GC.AllocateArray<byte>(maskBytes + Alignment, pinned: true);
        _masksAt = (int)-Marshal.UnsafeAddrOfPinnedArrayElement(_masks, 0) & (Alignment - 1);
        Pairs = new byte[2 * blockBytes];
    }

    /// <summary>About what one takes.</summary>
    public static long BytesOf(int tileBytes, int blockBytes, int sumInts, int bestInts, int windows, int maskBytes) => tileBytes + (5L * blockBytes) + (4L * sumInts) + (8L * bestInts) + windows + maskBytes;

    public ref byte Tile => ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_tile), _tileAt);

    /// <summary>[window]: what it is at the block's positions.</summary>
    public byte[] WindowKinds { get; }

    /// <summary>A row's sums, four planes a vector; where cells are taken in parts, those of all rows.</summary>
    public ref int Sums => ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_sums), _sumsAt);

    /// <summary>[phase][plane]: greatest sum so far.</summary>
    public int[] Best { get; }

    /// <summary>[phase][plane]: its channel.</summary>
    public int[] BestIndex { get; }

    /// <summary>[column phase][position]: codes of a row.</summary>
    public byte[] Codes { get; }

    /// <summary>[position]: codes of a skip that do not lie together.</summary>
    public byte[] Skip { get; }

    /// <summary>[position][2]: codes of two column phases.</summary>
    public byte[] Pairs { get; }

    /// <summary>A window's mask for the block; <paramref name="offset"/> is the window times the block's bytes.</summary>
    public ref byte MaskAt(int offset) => ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_masks), _masksAt + offset);
}
