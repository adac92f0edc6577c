using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Barrel.Runtime.Simd;

/// <summary>
/// Rows of a direct layer that read one channel at one place and nothing else, such as those that scale a channel: whatever their taps, activation and rounding,
/// a code makes a code. So they are a table of all codes, made at load by the definition itself.
/// </summary>
internal sealed class CodeTables
{
    private const int None = -1;
    private const int SmallEntries = 64;
    private const int Entries = 256;

    private readonly byte[] _tables;
    private readonly int[] _first;
    private readonly int[] _source;
    private readonly bool[] _isSmall;

    /// <param name="model">The model.</param>
    /// <param name="layer">A layer of it.</param>
    /// <param name="taps">Its taps.</param>
    /// <param name="plan">A direct one.</param>
    public CodeTables(Model model, TapLayer layer, TapList taps, Im2colPlan plan)
    {
        _first = new int[layer.Rows];
        _source = new int[layer.Rows];
        _isSmall = new bool[layer.Rows];
        int bytes = 0;
        for (int row = 0; row < layer.Rows; row++)
        {
            _first[row] = None;
            if (!IsOfOneCode(layer, taps, row))
                continue;
            int index = taps.Index[taps.FirstTap[taps.FirstRun[row]]];
            _source[row] = plan.OffsetOf(taps.RankOf(index), 0);
            _isSmall[row] = CodesOf(model, layer, index) <= SmallEntries;
            _first[row] = bytes;
            bytes += _isSmall[row] ? SmallEntries : Entries;
        }

        _tables = new byte[bytes];
        for (int row = 0; row < layer.Rows; row++)
            if (_first[row] != None)
                Fill(layer, taps, row, CodesOf(model, layer, taps.Index[taps.FirstTap[taps.FirstRun[row]]]));
    }

    public bool Has(int row) => _first[row] != None;

    /// <param name="row">One that <see cref="Has"/>.</param>
    /// <param name="vectors">How many.</param>
    /// <param name="source">The arena at the block's first position.</param>
    /// <param name="codes">Receives a code for each position.</param>
    public void Run<TLanes, TBytes, TWords, TInts>(int row, int vectors, ref byte source, ref byte codes)
        where TLanes : ILanes<TBytes, TWords, TInts>
        where TBytes : struct
        where TWords : struct
        where TInts : struct
    {
        ref byte table = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_tables), _first[row]);
        source = ref Unsafe.Add(ref source, _source[row]);
        if (_isSmall[row])
            TLanes.LookUp64(ref table, ref source, ref codes, vectors);
        else
            TLanes.LookUp256(ref table, ref source, ref codes, vectors);
    }

    private static bool IsOfOneCode(TapLayer layer, TapList taps, int row)
    {
        int first = taps.FirstTap[taps.FirstRun[row]];
        int end = taps.FirstTap[taps.FirstRun[row + 1]];
        if (layer.Mode != AccumulatorLayer.ModeRequantize || first == end)
            return false;
        foreach (byte[] shifts in layer.SkipShift)
            if (shifts[row] != 255)
                return false;
        for (int tap = first; tap < end; tap++)
            if (taps.Index[tap] != taps.Index[first])
                return false;
        return true;
    }

    private static int CodesOf(Model model, TapLayer layer, int index)
    {
        int channel = index / (layer.KernelHeight * layer.KernelWidth);
        int input = 0;
        for (; channel >= layer.Inputs[input].Channels; input++)
            channel -= layer.Inputs[input].Channels;
        return 1 << model.Tensors[layer.Inputs[input].Tensor].Bits;
    }

    private void Fill(TapLayer layer, TapList taps, int row, int codes)
    {
        for (int code = 0; code < codes; code++)
        {
            int acc = layer.Bias[row];
            for (int run = taps.FirstRun[row]; run < taps.FirstRun[row + 1]; run++)
                for (int tap = taps.FirstTap[run]; tap < taps.FirstTap[run + 1]; tap++)
                    acc += taps.Negative[run] ? -(code << taps.Exponent[run]) : code << taps.Exponent[run];
            _tables[_first[row] + code] = (byte)Requantizer.Requantize(layer, row, acc);
        }
    }
}
