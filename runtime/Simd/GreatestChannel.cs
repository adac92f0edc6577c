using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Barrel.Runtime.Simd;

/// <summary>Keeps a block's greatest channel, row after row, and writes its number out.</summary>
internal sealed class GreatestChannel<TLanes, TBytes, TWords, TInts>
    where TLanes : ILanes<TBytes, TWords, TInts>
    where TBytes : struct
    where TWords : struct
    where TInts : struct
{
    private readonly TapLayer _layer;
    private readonly WordRows _words;
    private readonly BlockPlacement _placement;
    private readonly int[] _bestOfRow;
    private readonly int[] _channel;
    private readonly bool[] _isFirst;
    private readonly int _phases;
    private readonly int _blockBytes;

    public GreatestChannel(TapLayer layer, WordRows words, int blockBytes, BlockPlacement placement)
    {
        _layer = layer;
        _words = words;
        _placement = placement;
        _blockBytes = blockBytes;
        _phases = layer.PhaseY * layer.PhaseX;
        _bestOfRow = new int[layer.Rows];
        _channel = new int[layer.Rows];
        _isFirst = new bool[layer.Rows];
        bool[] begun = new bool[_phases];
        foreach (int row in words.Order)
        {
            _bestOfRow[row] = row % _phases * blockBytes;
            _channel[row] = row / _phases;
            _isFirst[row] = !begun[row % _phases];
            begun[row % _phases] = true;
        }
    }

    /// <summary>Takes the sums of one row; rows come in the order that <see cref="WordRows"/> says.</summary>
    public void Take(int row, in Block block, BlockScratch scratch, ref int sums)
    {
        if (!_words.Has[row])
            TakeInts(row, block, scratch, ref sums);
        else if (_isFirst[row])
            TakeFirstWords(row, block, scratch, ref sums);
        else
            TakeWords(row, block, scratch, ref sums);
    }

    /// <summary>Writes the block's codes.</summary>
    public void Write(in Block block, BlockScratch scratch)
    {
        int quarter = TLanes.Count >> 2;
        int first = 0;
        for (int phase = 0; phase < _phases; phase++)
        {
            ref int index = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(scratch.BestIndex), first);
            ref byte codes = ref _placement.CodesOf(phase, scratch);
            for (int v = block.Used; v > 0; v--)
            {
                TLanes.StoreBytes(
                    _words.Has[phase]
                        ? TLanes.Pack(LoadWords(ref index), LoadWords(ref Unsafe.Add(ref index, quarter)))
                        : BlockRequantizer<TLanes, TBytes, TWords, TInts>.Pack(
                            TLanes.LoadInts(ref index), TLanes.LoadInts(ref Unsafe.Add(ref index, quarter)), TLanes.LoadInts(ref Unsafe.Add(ref index, quarter + quarter)),
                            TLanes.LoadInts(ref Unsafe.Add(ref index, quarter + quarter + quarter))),
                    ref codes);
                index = ref Unsafe.Add(ref index, TLanes.Count);
                codes = ref Unsafe.Add(ref codes, TLanes.Count);
            }

            _placement.Place<TLanes, TBytes, TWords, TInts>(phase, block, scratch);
            first += _blockBytes;
        }
    }

    private void TakeInts(int row, in Block block, BlockScratch scratch, ref int sums)
    {
        TInts bias = TLanes.Broadcast(_layer.Bias[row]);
        TInts channel = TLanes.Broadcast(_channel[row]);
        ref int best = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(scratch.Best), _bestOfRow[row]);
        ref int index = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(scratch.BestIndex), _bestOfRow[row]);
        int quarter = TLanes.Count >> 2;
        bool isFirst = _isFirst[row];
        for (int v = 0; v < block.Used << 2; v++)
        {
            TInts sum = TLanes.Add(TLanes.LoadInts(ref sums), bias);
            if (isFirst)
            {
                TLanes.StoreInts(sum, ref best);
                TLanes.StoreInts(default, ref index);
            }
            else
            {
                TInts old = TLanes.LoadInts(ref best);
                TLanes.StoreInts(TLanes.Select(TLanes.GreaterThan(sum, old), channel, TLanes.LoadInts(ref index)), ref index);
                TLanes.StoreInts(TLanes.Max(sum, old), ref best);
            }

            sums = ref Unsafe.Add(ref sums, quarter);
            best = ref Unsafe.Add(ref best, quarter);
            index = ref Unsafe.Add(ref index, quarter);
        }
    }

    private void TakeFirstWords(int row, in Block block, BlockScratch scratch, ref int sums)
    {
        TWords bias = TLanes.Broadcast((short)(_layer.Bias[row] >> _words.Exponent[row]));
        TWords channel = TLanes.Broadcast((short)_channel[row]);
        ref int best = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(scratch.Best), _bestOfRow[row]);
        ref int index = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(scratch.BestIndex), _bestOfRow[row]);
        int half = TLanes.Count >> 2;
        for (int v = block.Used; v > 0; v--)
        {
            TWords sum = TLanes.Add(LoadWords(ref sums), bias);
            TWords second = TLanes.Add(LoadWords(ref Unsafe.Add(ref sums, half)), bias);
            StoreWords(sum, ref best);
            StoreWords(second, ref Unsafe.Add(ref best, half));
            StoreWords(channel, ref index);
            StoreWords(channel, ref Unsafe.Add(ref index, half));
            sums = ref Unsafe.Add(ref sums, TLanes.Count);
            best = ref Unsafe.Add(ref best, TLanes.Count);
            index = ref Unsafe.Add(ref index, TLanes.Count);
        }
    }

    /// <summary>As <see cref="TakeInts"/>, in 16 bits; rows come so that the later of equals wins.</summary>
    private void TakeWords(int row, in Block block, BlockScratch scratch, ref int sums)
    {
        TWords bias = TLanes.Broadcast((short)(_layer.Bias[row] >> _words.Exponent[row]));
        TWords channel = TLanes.Broadcast((short)_channel[row]);
        ref int best = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(scratch.Best), _bestOfRow[row]);
        ref int index = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(scratch.BestIndex), _bestOfRow[row]);
        int half = TLanes.Count >> 2;
        for (int v = block.Used; v > 0; v--)
        {
            TWords sum = TLanes.Add(LoadWords(ref sums), bias);
            TWords second = TLanes.Add(LoadWords(ref Unsafe.Add(ref sums, half)), bias);
            TWords old = LoadWords(ref best);
            TWords oldSecond = LoadWords(ref Unsafe.Add(ref best, half));
            TWords winner = LoadWords(ref index);
            TWords secondWinner = LoadWords(ref Unsafe.Add(ref index, half));
            winner = TLanes.Greater(old, sum, winner, channel);
            secondWinner = TLanes.Greater(oldSecond, second, secondWinner, channel);
            sum = TLanes.Max(sum, old);
            second = TLanes.Max(second, oldSecond);
            StoreWords(winner, ref index);
            StoreWords(secondWinner, ref Unsafe.Add(ref index, half));
            StoreWords(sum, ref best);
            StoreWords(second, ref Unsafe.Add(ref best, half));
            sums = ref Unsafe.Add(ref sums, TLanes.Count);
            best = ref Unsafe.Add(ref best, TLanes.Count);
            index = ref Unsafe.Add(ref index, TLanes.Count);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TWords LoadWords(ref int source) => TLanes.AsWords(TLanes.LoadInts(ref source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreWords(TWords value, ref int target) => TLanes.StoreInts(TLanes.AsInts(value), ref target);
}
