using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Barrel.Runtime.Simd;

/// <summary>Writes a block's sums to a layer's output. Sums come in planes: plane k of a vector has positions 4·i + k, so that packing codes is shifts and ors.</summary>
internal sealed class BlockWriter<TLanes, TBytes, TWords, TInts>
    where TLanes : ILanes<TBytes, TWords, TInts>
    where TBytes : struct
    where TWords : struct
    where TInts : struct
{
    private readonly TapLayer _layer;
    private readonly TensorInfo _made;
    private readonly byte[] _arena;
    private readonly BlockPlacement _placement;
    private readonly BlockRequantizer<TLanes, TBytes, TWords, TInts> _requantizer;
    private readonly WordRows _words;
    private readonly GreatestChannel<TLanes, TBytes, TWords, TInts>? _greatest;
    private readonly int[][] _skipStart;
    private readonly ushort[]?[] _skipLevels;

    public BlockWriter(Model model, TapLayer layer, WordRows words, int blockBytes, byte[] arena)
    {
        _layer = layer;
        _arena = arena;
        _words = words;
        _made = model.Tensors[layer.Output];
        _placement = new BlockPlacement(layer, _made, blockBytes, arena);
        _requantizer = new BlockRequantizer<TLanes, TBytes, TWords, TInts>(layer, words);
        int phases = layer.PhaseY * layer.PhaseX;
        if (layer.Mode == AccumulatorLayer.ModeArgMax)
            _greatest = new GreatestChannel<TLanes, TBytes, TWords, TInts>(layer, words, blockBytes, _placement);
        _skipStart = new int[layer.Skips.Length][];
        _skipLevels = new ushort[layer.Skips.Length][];
        for (int s = 0; s < layer.Skips.Length; s++)
        {
            TensorInfo skip = model.Tensors[layer.Skips[s].Tensor];
            _skipLevels[s] = skip.LevelTable();
            _skipStart[s] = new int[layer.Rows];
            for (int row = 0; row < layer.Rows; row++)
                _skipStart[s][row] = skip.ArenaOffset + ((layer.Skips[s].FirstChannel + (row / phases)) * _made.Height * _made.Width) + _placement.PixelOfRow(row);
        }
    }

    /// <summary>Takes the sums of one row; rows come in the order that <see cref="WordRows"/> says.</summary>
    public void WriteRow(int row, in Block block, BlockScratch scratch, ref int sums)
    {
        if (_skipStart.Length > 0)
            AddSkips(row, block, scratch, ref sums);
        switch (_layer.Mode)
        {
            case AccumulatorLayer.ModeRaw:
                WriteRaw(row, block, ref sums);
                break;
            case AccumulatorLayer.ModeArgMax:
                _greatest!.Take(row, block, scratch, ref sums);
                break;
            default:
                _requantizer.Requantize(row, block, ref sums, ref CodesOf(row, block, scratch));
                EndCodes(row, block, scratch);
                break;
        }
    }

    /// <summary>Where a row's codes are to be written: in their place if they lie together there, else where <see cref="EndCodes"/> takes them from.</summary>
    public ref byte CodesOf(int row, in Block block, BlockScratch scratch) =>
        ref block.IsWhole ? ref _placement.TargetOf(row, block) : ref _placement.CodesOf(row, scratch);

    /// <summary>Puts them in their place.</summary>
    public void EndCodes(int row, in Block block, BlockScratch scratch)
    {
        if (!block.IsWhole)
            _placement.Place<TLanes, TBytes, TWords, TInts>(row, block, scratch);
    }

    public void EndBlock(in Block block, BlockScratch scratch) => _greatest?.Write(block, scratch);

    private void AddSkips(int row, in Block block, BlockScratch scratch, ref int sums)
    {
        for (int s = 0; s < _skipStart.Length; s++)
        {
            int shift = _layer.SkipShift[s][row];
            if (shift == 255)
                continue;
            int start = _skipStart[s][row] + block.Pixel;
            if (_skipLevels[s] is ushort[] levels)
            {
                _placement.Gather(row, start, block, scratch.Skip);
                AddLevels(levels, scratch.Skip, shift, block, ref sums);
            }
            else if (_layer.PhaseX == 1 && _layer.PhaseY == 1)
            {
                // The last vector may read behind the tensor, but the arena has slack for that.
                AddCodes(row, ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_arena), start), shift, block, ref sums);
            }
            else
            {
                _placement.Gather(row, start, block, scratch.Skip);
                AddCodes(row, ref MemoryMarshal.GetArrayDataReference(scratch.Skip), shift, block, ref sums);
            }
        }
    }

    private void AddCodes(int row, ref byte codes, int shift, in Block block, ref int sums)
    {
        if (_words.Has[row])
        {
            AddWords(ref codes, shift - _words.Exponent[row], block, ref sums);
            return;
        }

        TInts low = TLanes.Broadcast(255);
        for (int v = block.Used; v > 0; v--)
        {
            TInts code = TLanes.AsInts(TLanes.LoadBytes(ref codes));
            for (int k = 0; k < 32; k += 8)
            {
                TLanes.StoreInts(TLanes.Add(TLanes.LoadInts(ref sums), TLanes.ShiftLeft(TLanes.And(TLanes.ShiftRight(code, k), low), shift)), ref sums);
                sums = ref Unsafe.Add(ref sums, TLanes.Count >> 2);
            }

            codes = ref Unsafe.Add(ref codes, TLanes.Count);
        }
    }

    private static void AddWords(ref byte codes, int shift, in Block block, ref int sums)
    {
        for (int v = block.Used; v > 0; v--)
        {
            TBytes code = TLanes.LoadBytes(ref codes);
            ref int second = ref Unsafe.Add(ref sums, TLanes.Count >> 2);
            StoreWords(TLanes.Add(LoadWords(ref sums), TLanes.ShiftLeft(TLanes.PlaneOfCodes(code), shift)), ref sums);
            StoreWords(TLanes.Add(LoadWords(ref second), TLanes.ShiftLeft(TLanes.SecondPlaneOfCodes(code), shift)), ref second);
            sums = ref Unsafe.Add(ref sums, TLanes.Count);
            codes = ref Unsafe.Add(ref codes, TLanes.Count);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TWords LoadWords(ref int source) => TLanes.AsWords(TLanes.LoadInts(ref source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreWords(TWords value, ref int target) => TLanes.StoreInts(TLanes.AsInts(value), ref target);

    private static void AddLevels(ushort[] levels, byte[] codes, int shift, in Block block, ref int sums)
    {
        int at = 0;
        int quarter = TLanes.Count >> 2;
        for (int v = block.Used; v > 0; v--)
        {
            for (int i = 0; i < quarter; i++)
            {
                int plane = i;
                for (int k = 0; k < 4; k++)
                {
                    Unsafe.Add(ref sums, plane) += levels[codes[at++]] << shift;
                    plane += quarter;
                }
            }

            sums = ref Unsafe.Add(ref sums, TLanes.Count);
        }
    }

    private void WriteRaw(int row, in Block block, ref int sums)
    {
        int bias = _layer.Bias[row];
        int quarter = TLanes.Count >> 2;
        int at = _placement.StartOf(row) + (block.Pixel << 2);
        int column = block.Column;
        int left = block.End - block.First;
        int line = block.Row;
        for (int v = block.Used; v > 0; v--)
        {
            for (int i = 0; i < quarter; i++)
            {
                for (int plane = i; plane < TLanes.Count && left > 0; plane += quarter)
                {
                    if (_placement.IsInside(row, line, column))
                        Put(Unsafe.Add(ref sums, plane) + bias, at);
                    at += _layer.PhaseX << 2;
                    left--;
                    if (++column == _layer.GridWidth)
                    {
                        column = 0;
                        line++;
                        at += _placement.LineGap << 2;
                    }
                }
            }

            sums = ref Unsafe.Add(ref sums, TLanes.Count);
        }
    }

    private void Put(int value, int at)
    {
        _arena[at] = (byte)value;
        _arena[at + 1] = (byte)(value >> 8);
        _arena[at + 2] = (byte)(value >> 16);
        _arena[at + 3] = (byte)(value >> 24);
    }
}
