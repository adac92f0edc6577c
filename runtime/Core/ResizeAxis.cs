namespace Barrel.Runtime
{
    /// <summary>
    /// How one axis of a frame becomes one axis of the network's input: for every output position a run of input positions with
    /// weights. Shrinking averages the area that an output pixel covers; enlarging is bilinear between pixel centres. Made once a
    /// frame size, in integers.
    /// </summary>
    public sealed class ResizeAxis
    {
        /// <summary>The weights of one output position sum to 1 &lt;&lt; WeightBits exactly, so a flat grey stays that grey.</summary>
        public const int WeightBits = 14;

        /// <summary>Per output position the first input position.</summary>
        public readonly int[] Starts;

        /// <summary>Per output position its first index in <see cref="Weights"/>; the entry after the last ends it.</summary>
        public readonly int[] Offsets;

        public readonly int[] Weights;

        /// <param name="inputStart">Input position where the used part begins.</param>
        /// <param name="inputCount">Positions of the used part, at least 1.</param>
        /// <param name="outputCount">Positions to make, at least 1.</param>
        public ResizeAxis(int inputStart, int inputCount, int outputCount)
        {
            Starts = new int[outputCount];
            Offsets = new int[outputCount + 1];
            if (inputCount > outputCount)
            {
                Weights = new int[inputCount + outputCount];
                FillArea(inputStart, inputCount, outputCount);
            }
            else
            {
                Weights = new int[outputCount * 2];
                FillBilinear(inputStart, inputCount, outputCount);
            }
        }

        /// <summary>True where every output position is one input position.</summary>
        public bool IsCopy
        {
            get { return Offsets[Starts.Length] == Starts.Length; }
        }

        // On a ruler with inputCount·outputCount marks, input i covers [i·outputCount, (i+1)·outputCount) and output o covers
        // [o·inputCount, (o+1)·inputCount). Weights are differences of one rounded running sum, which is what makes them sum up.
        private void FillArea(int inputStart, int inputCount, int outputCount)
        {
            int next = 0;
            for (int o = 0; o < outputCount; o++)
            {
                long begin = (long)o * inputCount;
                long end = begin + inputCount;
                int first = (int)(begin / outputCount);
                Starts[o] = inputStart + first;
                Offsets[o] = next;
                int given = 0;
                for (long edge = (long)(first + 1) * outputCount; ; edge += outputCount)
                {
                    long covered = (edge < end ? edge : end) - begin;
                    int upToHere = (int)(((covered << WeightBits) + (inputCount >> 1)) / inputCount);
                    Weights[next] = upToHere - given;
                    next++;
                    given = upToHere;
                    if (edge >= end)
                        break;
                }
            }

            Offsets[outputCount] = next;
        }

        // The centre of output o lies at ((2o + 1)·inputCount − outputCount) / (2·outputCount) input pixels from the first centre.
        private void FillBilinear(int inputStart, int inputCount, int outputCount)
        {
            int next = 0;
            long unit = 2L * outputCount;
            for (int o = 0; o < outputCount; o++)
            {
                long position = (((2L * o) + 1) * inputCount) - outputCount;
                int first = 0;
                int second = 0;
                if (position > 0)
                {
                    first = (int)(position / unit);
                    second = (int)(((((position - (first * unit)) << WeightBits) * 2) + unit) / (2 * unit));
                }

                Starts[o] = inputStart + first;
                Offsets[o] = next;
                Weights[next] = (1 << WeightBits) - second;
                next++;
                if (second > 0 && first + 1 < inputCount)
                {
                    Weights[next] = second;
                    next++;
                }
                else
                {
                    Weights[next - 1] = 1 << WeightBits;
                }
            }

            Offsets[outputCount] = next;
        }
    }
}
