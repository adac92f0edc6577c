namespace Barrel.Runtime
{
    /// <summary>
    /// A layer's taps as the tap loop wants them: offsets into the tile, and for each row a list of steps. A step is one int:
    /// count in bits 0 to 15, shift before it in bits 16 to 20, 1 in bit 21 where its taps are subtracted, 1 in bit 22 where the 16-bit sums are
    /// first moved to 32 bits, and in bits 23 to 27 by how much the 32-bit sums are shifted then.
    /// Steps are cut so that no lane can overflow: at most <c>addsMax</c> codes in a byte lane, |sum| at most 32,767 in a 16-bit lane.
    /// </summary>
    public sealed class TapProgram
    {
        public const int CountMask = 0xFFFF;
        public const int ShiftAt = 16;
        public const int ShiftMask = 31;
        public const int NegativeBit = 1 << 21;
        public const int FlushBit = 1 << 22;
        public const int FlushShiftAt = 23;

        /// <summary>Codes of up to this are summed in byte lanes; greater ones leave too few adds before a byte is full.</summary>
        public const int ByteLaneCodeMax = 31;

        private const int LaneMax = 32767;

        private int _stepCount;

        /// <param name="model">The model whose blob holds the taps.</param>
        /// <param name="layer">The layer.</param>
        /// <param name="plan">Gives the offsets.</param>
        /// <param name="codeMax">Greatest code of any input.</param>
        /// <param name="addsMax">Codes that a partial sum holds before it goes to 16 bits: 255 / codeMax for byte lanes, 65,535 where partial sums are 16 bits.</param>
        public TapProgram(Model model, TapLayer layer, TapPlan plan, int codeMax, int addsMax)
        {
            Offsets = new int[layer.TapCount];
            Steps = new int[layer.Rows + layer.TapCount];
            FirstStep = new int[layer.Rows + 1];
            FirstTap = new int[layer.Rows + 1];
            FinalShift = new byte[layer.Rows];
            FinalFlushShift = new byte[layer.Rows];
            int perGroup = layer.InputChannels / layer.Groups;
            int rowsPerGroup = layer.Rows / layer.Groups;
            int area = layer.KernelHeight * layer.KernelWidth;
            int tap = 0;
            TapReader taps = new TapReader(model, layer);
            for (int row = 0; row < layer.Rows; row++)
            {
                FirstStep[row] = _stepCount;
                FirstTap[row] = tap;
                int firstChannel = row / rowsPerGroup * perGroup;
                int runs = taps.BeginRow();
                int low = 0;
                int high = 0;
                int exponent = -1;
                int flushedAt = -1;
                for (int run = 0; run < runs; run++)
                {
                    int count = taps.BeginRun();
                    for (int i = 0; i < count; i++)
                    {
                        int index = taps.NextTap();
                        int inKernel = index % area;
                        Offsets[tap++] = plan.OffsetOf(firstChannel + index / area, inKernel / layer.KernelWidth, inKernel % layer.KernelWidth);
                    }

                    while (count > 0)
                    {
                        int shift = exponent < 0 ? 0 : exponent - taps.Exponent;
                        int room = taps.Negative ? LaneMax + Shifted(low, shift) : LaneMax - Shifted(high, shift);
                        bool tooFar = Shifted(high, shift) > LaneMax || Shifted(low, shift) < -LaneMax;
                        int step = 0;
                        int n = count < addsMax ? count : addsMax;
                        if (tooFar || n > room / codeMax)
                        {
                            // Moving to 32 bits costs about as much as a few adds: worth it only when not even some of the run fits.
                            int fits = tooFar ? 0 : room / codeMax;
                            if (fits == 0)
                            {
                                step |= FlushBit | ((flushedAt < 0 ? 0 : flushedAt - exponent) << FlushShiftAt);
                                flushedAt = exponent;
                                low = 0;
                                high = 0;
                                shift = 0;
                                if (n > LaneMax / codeMax)
                                    n = LaneMax / codeMax;
                            }
                            else
                            {
                                n = fits;
                            }
                        }

                        low = Shifted(low, shift);
                        high = Shifted(high, shift);
                        if (taps.Negative)
                            low -= n * codeMax;
                        else
                            high += n * codeMax;
                        exponent = taps.Exponent;
                        Append(step | n | (shift << ShiftAt) | (taps.Negative ? NegativeBit : 0));
                        count -= n;
                    }
                }

                FinalShift[row] = (byte)(exponent < 0 ? 0 : exponent);
                FinalFlushShift[row] = (byte)(flushedAt < 0 ? 255 : flushedAt - exponent);
            }

            FirstStep[layer.Rows] = _stepCount;
            FirstTap[layer.Rows] = tap;
        }

        /// <summary>Offsets of all taps, row after row, in the order of the steps.</summary>
        public int[] Offsets { get; }

        public int[] Steps { get; private set; }

        /// <summary>[row]: its first step; one more entry at the end.</summary>
        public int[] FirstStep { get; }

        /// <summary>[row]: its first tap.</summary>
        public int[] FirstTap { get; }

        /// <summary>[row]: left shift that brings the finished sum to the accumulator's unit.</summary>
        public byte[] FinalShift { get; }

        /// <summary>[row]: 255 where everything stayed in 16 bits, else how far the 32-bit sums are shifted before the last move.</summary>
        public byte[] FinalFlushShift { get; }

        /// <summary>Whether a layer's sums begin in byte lanes: small codes, none of them log, which are decoded on their way to wider lanes.</summary>
        public static bool FitsBytes(Model model, TapLayer layer)
        {
            for (int i = 0; i < layer.Inputs.Length; i++)
                if (model.Tensors[layer.Inputs[i].Tensor].IsLog)
                    return false;
            return CodeMaxOf(model, layer) <= ByteLaneCodeMax;
        }

        /// <summary>Greatest code, or level where codes are log, of any input of a layer.</summary>
        public static int CodeMaxOf(Model model, TapLayer layer)
        {
            int most = 1;
            for (int i = 0; i < layer.Inputs.Length; i++)
            {
                int codeMax = model.Tensors[layer.Inputs[i].Tensor].LevelMax();
                if (codeMax > most)
                    most = codeMax;
            }

            return most;
        }

        private static int Shifted(int value, int shift)
        {
            long wide = (long)value << shift;
            return wide > 0x3FFFFFFF ? 0x3FFFFFFF : wide < -0x3FFFFFFF ? -0x3FFFFFFF : (int)wide;
        }

        private void Append(int step)
        {
            if (_stepCount == Steps.Length)
            {
                int[] longer = new int[_stepCount * 2];
                System.Array.Copy(Steps, longer, _stepCount);
                Steps = longer;
            }

            Steps[_stepCount++] = step;
        }
    }
}
