namespace Barrel.Runtime
{
    /// <summary>
    /// The tap loop over lanes of a <c>ulong</c>. Byte lanes hold sums of at most 255; 16-bit lanes are signed without a guard: the word is
    /// Σ lane·2^(16·i) modulo 2^64, in which additions, subtractions and shifts are exact whatever borrows cross lanes, and the lanes
    /// come apart again once 32,768 has been added to each.
    /// </summary>
    internal sealed class SwarTapRunner : TapRunner
    {
        private const ulong EvenBytes = 0x00FF00FF00FF00FFUL;
        private const ulong LaneBias = 0x8000800080008000UL;

        private readonly ulong[] _tile;
        private readonly byte[] _rowBytes;
        private readonly TapProgram _program;
        private readonly bool _byteLanes;
        private readonly int _laneShift;

        public SwarTapRunner(Model model, TapLayer layer, byte[] arena, int tileElementsMax)
            : base(model, layer, arena, LanesOf(model, layer), LanesOf(model, layer), LanesOf(model, layer), tileElementsMax)
        {
            _byteLanes = LanesOf(model, layer) == 8;
            _laneShift = _byteLanes ? 3 : 2;
            _program = new TapProgram(model, layer, Plan, CodeMax, _byteLanes ? 255 / CodeMax : TapProgram.CountMask);
            for (int i = 0; i < _program.Offsets.Length; i++)
                _program.Offsets[i] >>= _laneShift;
            _tile = new ulong[(Plan.Elements >> _laneShift) + 1];
            _rowBytes = new byte[Plan.RowStride];
            Writer = new TapWriter(model, layer, Plan, arena);
        }

        protected override byte[] TileBytes
        {
            get { return _rowBytes; }
        }

        protected override bool TileIsBytes
        {
            get { return false; }
        }

        protected override void StoreTileRow(byte[] row, int at, int element)
        {
            ulong[] tile = _tile;
            int word = element >> _laneShift;
            int end = at + Plan.RowStride;
            if (_byteLanes)
            {
                for (int i = at; i < end; i += 8)
                    tile[word++] = row[i] | ((ulong)row[i + 1] << 8) | ((ulong)row[i + 2] << 16) | ((ulong)row[i + 3] << 24)
                        | ((ulong)row[i + 4] << 32) | ((ulong)row[i + 5] << 40) | ((ulong)row[i + 6] << 48) | ((ulong)row[i + 7] << 56);
            }
            else if (Levels != null)
            {
                ushort[] levels = Levels;
                for (int i = at; i < end; i += 4)
                    tile[word++] = levels[row[i]] | ((ulong)levels[row[i + 1]] << 16) | ((ulong)levels[row[i + 2]] << 32)
                        | ((ulong)levels[row[i + 3]] << 48);
            }
            else
            {
                for (int i = at; i < end; i += 4)
                    tile[word++] = row[i] | ((ulong)row[i + 1] << 16) | ((ulong)row[i + 2] << 32) | ((ulong)row[i + 3] << 48);
            }
        }

        protected override void SumRow(int row, int positions)
        {
            int words = (positions + (1 << _laneShift) - 1) >> _laneShift;
            if (_byteLanes)
            {
                for (int w = 0; w < words; w++)
                    SumBytes(row, w);
            }
            else
            {
                for (int w = 0; w < words; w++)
                    SumWords(row, w);
            }
        }

        private static int LanesOf(Model model, TapLayer layer)
        {
            return TapProgram.FitsBytes(model, layer) ? 8 : 4;
        }

        /// <summary>Eight positions, from element 8·word on.</summary>
        private void SumBytes(int row, int word)
        {
            ulong[] tile = _tile;
            int[] offsets = _program.Offsets;
            int[] steps = _program.Steps;
            int[] sums = Sums;
            int at = word << 3;
            bool wide = _program.FinalFlushShift[row] != 255;
            if (wide)
                for (int i = at; i < at + 8; i++)
                    sums[i] = 0;
            ulong even = 0;
            ulong odd = 0;
            int tap = _program.FirstTap[row];
            int end = _program.FirstStep[row + 1];
            for (int s = _program.FirstStep[row]; s < end; s++)
            {
                int step = steps[s];
                if ((step & TapProgram.FlushBit) != 0)
                {
                    int flushShift = (step >> TapProgram.FlushShiftAt) & TapProgram.ShiftMask;
                    Accumulate(sums, at, 2, even, flushShift);
                    Accumulate(sums, at + 1, 2, odd, flushShift);
                    even = 0;
                    odd = 0;
                }

                ulong partial = 0;
                int tapEnd = tap + (step & TapProgram.CountMask);
                for (; tap < tapEnd; tap++)
                    partial += tile[offsets[tap] + word];
                int shift = (step >> TapProgram.ShiftAt) & TapProgram.ShiftMask;
                even <<= shift;
                odd <<= shift;
                if ((step & TapProgram.NegativeBit) != 0)
                {
                    even -= partial & EvenBytes;
                    odd -= (partial >> 8) & EvenBytes;
                }
                else
                {
                    even += partial & EvenBytes;
                    odd += (partial >> 8) & EvenBytes;
                }
            }

            int final = _program.FinalShift[row];
            if (wide)
            {
                Accumulate(sums, at, 2, even, _program.FinalFlushShift[row]);
                Accumulate(sums, at + 1, 2, odd, _program.FinalFlushShift[row]);
                for (int i = at; i < at + 8; i++)
                    sums[i] <<= final;
            }
            else
            {
                Store(sums, at, 2, even, final);
                Store(sums, at + 1, 2, odd, final);
            }
        }

        /// <summary>Four positions, from element 4·word on.</summary>
        private void SumWords(int row, int word)
        {
            ulong[] tile = _tile;
            int[] offsets = _program.Offsets;
            int[] steps = _program.Steps;
            int[] sums = Sums;
            int at = word << 2;
            bool wide = _program.FinalFlushShift[row] != 255;
            if (wide)
                for (int i = at; i < at + 4; i++)
                    sums[i] = 0;
            ulong sum = 0;
            int tap = _program.FirstTap[row];
            int end = _program.FirstStep[row + 1];
            for (int s = _program.FirstStep[row]; s < end; s++)
            {
                int step = steps[s];
                if ((step & TapProgram.FlushBit) != 0)
                {
                    Accumulate(sums, at, 1, sum, (step >> TapProgram.FlushShiftAt) & TapProgram.ShiftMask);
                    sum = 0;
                }

                sum <<= (step >> TapProgram.ShiftAt) & TapProgram.ShiftMask;
                int tapEnd = tap + (step & TapProgram.CountMask);
                if ((step & TapProgram.NegativeBit) != 0)
                {
                    for (; tap < tapEnd; tap++)
                        sum -= tile[offsets[tap] + word];
                }
                else
                {
                    for (; tap < tapEnd; tap++)
                        sum += tile[offsets[tap] + word];
                }
            }

            int final = _program.FinalShift[row];
            if (wide)
            {
                Accumulate(sums, at, 1, sum, _program.FinalFlushShift[row]);
                for (int i = at; i < at + 4; i++)
                    sums[i] <<= final;
            }
            else
            {
                Store(sums, at, 1, sum, final);
            }
        }

        /// <summary>sums = (sums &lt;&lt; shift) + lanes, for four positions that are <paramref name="apart"/> from each other.</summary>
        private static void Accumulate(int[] sums, int at, int apart, ulong lanes, int shift)
        {
            ulong biased = lanes + LaneBias;
            for (int i = 0; i < 4; i++)
            {
                sums[at] = (sums[at] << shift) + (int)(biased & 0xFFFF) - 0x8000;
                biased >>= 16;
                at += apart;
            }
        }

        /// <summary>sums = lanes &lt;&lt; shift, for four positions that are <paramref name="apart"/> from each other.</summary>
        private static void Store(int[] sums, int at, int apart, ulong lanes, int shift)
        {
            ulong biased = lanes + LaneBias;
            for (int i = 0; i < 4; i++)
            {
                sums[at] = ((int)(biased & 0xFFFF) - 0x8000) << shift;
                biased >>= 16;
                at += apart;
            }
        }
    }
}
