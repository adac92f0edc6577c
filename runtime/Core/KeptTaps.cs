namespace Barrel.Runtime
{
    /// <summary>
    /// A layer's taps as <see cref="TapReader"/> gives them, kept when they are first decoded: an executor that wants them all at once need not decode them
    /// again. Only loaders with memory to spare ask for it.
    /// </summary>
    public sealed class KeptTaps
    {
        private const int AtFirst = 256;

        private readonly int _tapsMax;
        private int _taps;
        private int _runs;
        private int _row;

        /// <param name="rows">Rows of the layer.</param>
        /// <param name="tapsMax">Most taps that may be kept: a few bytes of a blob can ask for millions.</param>
        public KeptTaps(int rows, int tapsMax)
        {
            _tapsMax = tapsMax;
            FirstRun = new int[rows + 1];
            FirstTap = new int[AtFirst];
            Exponent = new byte[AtFirst];
            Negative = new bool[AtFirst];
            Index = new int[AtFirst];
        }

        /// <summary>Whether there were more taps than may be kept; then what is here is not all.</summary>
        public bool IsTooMany { get; private set; }

        /// <summary>[tap]: (channel of the layer's input·KernelHeight + ky)·KernelWidth + kx.</summary>
        public int[] Index { get; private set; }

        /// <summary>[row]: its first run; one more entry at the end.</summary>
        public int[] FirstRun { get; }

        /// <summary>[run]: its first tap; one more entry at the end.</summary>
        public int[] FirstTap { get; private set; }

        public byte[] Exponent { get; private set; }

        public bool[] Negative { get; private set; }

        /// <summary>Begins a run of so many taps.</summary>
        public void BeginRun(int count, int exponent, bool negative)
        {
            if (_taps + count > _tapsMax)
                IsTooMany = true;
            if (IsTooMany)
                return;
            if (_runs + 1 >= FirstTap.Length)
                Resize(FirstTap.Length << 1);
            if (_taps + count > Index.Length)
                ResizeTaps(_taps + count > Index.Length << 1 ? _taps + count : Index.Length << 1);
            FirstTap[_runs] = _taps;
            Exponent[_runs] = (byte)exponent;
            Negative[_runs++] = negative;
        }

        public void Add(int index)
        {
            if (!IsTooMany)
                Index[_taps++] = index;
        }

        public void EndRow()
        {
            FirstRun[++_row] = _runs;
        }

        /// <summary>Cuts what was taken ahead.</summary>
        public void End()
        {
            FirstTap[_runs] = _taps;
            Resize(_runs + 1);
            ResizeTaps(_taps);
        }

        private void Resize(int length)
        {
            int[] firstTap = new int[length];
            byte[] exponent = new byte[length];
            bool[] negative = new bool[length];
            int kept = length < FirstTap.Length ? length : FirstTap.Length;
            System.Array.Copy(FirstTap, 0, firstTap, 0, kept);
            System.Array.Copy(Exponent, 0, exponent, 0, kept);
            System.Array.Copy(Negative, 0, negative, 0, kept);
            FirstTap = firstTap;
            Exponent = exponent;
            Negative = negative;
        }

        private void ResizeTaps(int length)
        {
            int[] index = new int[length];
            System.Array.Copy(Index, 0, index, 0, _taps);
            Index = index;
        }
    }
}
