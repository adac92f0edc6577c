namespace Barrel.Runtime
{
    /// <summary>
    /// The digital model of a chain of processing elements (PEs) of a time-domain neural network chip: exact, one PE after the other, as two edges race
    /// through them. Bits of 0 are +1, bits of 1 are −1.
    /// </summary>
    public static class Chain
    {
        /// <summary>Steps by which rail B comes out later than rail A: the sum of weight times input over all PEs.</summary>
        /// <param name="weights">Weight bits, PE i at bit i mod 64 of word first + i / 64.</param>
        /// <param name="first">The chain's first word in <paramref name="weights"/>.</param>
        /// <param name="inputs">Input bits, likewise, from word 0 on.</param>
        /// <param name="pes">Length of the chain, at least 1.</param>
        public static int Race(ulong[] weights, int first, ulong[] inputs, int pes)
        {
            int railA = 0;
            int railB = 0;
            ulong input = inputs[0];
            ulong x = input & 1;
            ulong weight = 0;
            for (int i = 0; i < pes; i++)
            {
                weight = (i & 63) == 0 ? weights[first++] : weight >> 1;

                // The input as the chip recodes it: whether it differs from the next one. Behind the last there is +1.
                int next = i + 1;
                input = (next & 63) == 0 && next < pes ? inputs[next >> 6] : input >> 1;
                ulong xNext = next < pes ? input & 1 : 0;
                if ((weight & 1) == 0)
                    railB++;
                else
                    railA++;
                if (x != xNext)
                {
                    int rail = railA;
                    railA = railB;
                    railB = rail;
                }

                x = xNext;
            }

            return railB - railA;
        }
    }
}
