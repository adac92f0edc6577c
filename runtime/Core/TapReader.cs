namespace Barrel.Runtime
{
    /// <summary>
    /// Streams a layer's taps out of the blob, a row at a time. A row is given as runs: the taps of one exponent and sign, exponents falling, and kernel
    /// indices rising. A kernel index is (channel in the group·KernelHeight + ky)·KernelWidth + kx.
    /// </summary>
    public sealed class TapReader
    {
        /// <summary>Most terms of one weight.</summary>
        private const int TermsMax = ModelFormat.ExponentMax + 1;

        private const int TapsAtFirst = 256;

        private const int RunsMax = (ModelFormat.ExponentMax + 1) << 1;

        private readonly RangeDecoder _decoder;
        private readonly AdaptiveBits _bits = new AdaptiveBits(TapContexts.Bits);
        private readonly TapContexts _contexts;
        private readonly TapLayer _layer;
        private readonly int[] _channelBase;
        private readonly int[] _rowBase;
        private readonly int _fanIn;
        private readonly int _channels;
        private readonly int _rowsPerGroup;

        // The row's taps as they come: kernel index, and exponent·2 + (1 to subtract).
        private int[] _index;
        private byte[] _head;
        private int _taps;

        // The same sorted into runs; [head]: where a run begins.
        private int[] _sorted;
        private readonly int[] _first = new int[RunsMax + 1];
        private int _row = -1;
        private int _run;
        private int _next;

        /// <param name="model">Holds the layer; its tensors' scales tell where exponents lie.</param>
        /// <param name="layer">The layer, read up to its taps.</param>
        public TapReader(Model model, TapLayer layer)
        {
            _layer = layer;
            _decoder = new RangeDecoder(layer.Taps);
            _channels = layer.InputChannels / layer.Groups;
            _fanIn = _channels * layer.KernelHeight * layer.KernelWidth;
            _rowsPerGroup = layer.Rows / layer.Groups;
            _contexts = new TapContexts(_channels, layer.KernelHeight * layer.KernelWidth, layer.KernelWidth);
            _channelBase = ChannelBase(model, layer);
            if (layer.TapsRowBase == null)
                layer.TapsRowBase = RowBase(model, layer);
            _rowBase = layer.TapsRowBase;

            // They grow with the taps that are there: a kernel of millions of zeros takes few bytes of a blob.
            int taps = _fanIn < TapsAtFirst ? _fanIn : TapsAtFirst;
            _index = new int[taps];
            _head = new byte[taps];
            _sorted = new int[taps];
        }

        /// <summary>Exponent of the run that BeginRun read.</summary>
        public int Exponent { get; private set; }

        /// <summary>Whether the run's taps are subtracted.</summary>
        public bool Negative { get; private set; }

        /// <summary>Where it is in the blob: behind the rows that were begun.</summary>
        public RangeDecoder Decoder
        {
            get { return _decoder; }
        }

        /// <summary>What is added to a weight's exponent for the input channel; zeros where the layer's exponents are not relative to scales.</summary>
        public static int[] ChannelBase(Model model, TapLayer layer)
        {
            int[] made = new int[layer.InputChannels];
            int at = 0;
            for (int i = 0; i < layer.Inputs.Length; i++)
                for (int c = 0; c < layer.Inputs[i].Channels; c++, at++)
                    made[at] = layer.TapsRelative ? model.Tensors[layer.Inputs[i].Tensor].ScaleExponentOf(layer.Inputs[i].FirstChannel + c) : 0;
            return made;
        }

        /// <summary>What is added to a weight's exponent for the row, alike.</summary>
        public static int[] RowBase(Model model, TapLayer layer)
        {
            int[] made = new int[layer.Rows];
            if (!layer.TapsRelative || layer.Mode != AccumulatorLayer.ModeRequantize)
                return made;
            int phases = layer.PhaseY * layer.PhaseX;
            int channel = 0;
            for (int row = 0, phase = 0; row < made.Length; row++)
            {
                made[row] = layer.Shift[row] - model.Tensors[layer.Output].ScaleExponentOf(channel);
                if (++phase == phases)
                {
                    phase = 0;
                    channel++;
                }
            }

            return made;
        }

        /// <summary>Starts a row; returns its number of runs.</summary>
        /// <exception cref="BarrelException">BRL3003: the blob ends; BRL3005: a tap that shifts by less than 0 or more than 30.</exception>
        public int BeginRow()
        {
            _row++;
            ReadRow();
            return Sort();
        }

        /// <summary>Starts a run; returns its number of taps.</summary>
        public int BeginRun()
        {
            do
                _run--;
            while (_first[_run] == _first[_run + 1]);
            Exponent = _run >> 1;
            Negative = (_run & 1) == 0;
            _next = _first[_run];
            return _first[_run + 1] - _next;
        }

        /// <summary>Kernel index of the next tap.</summary>
        public int NextTap()
        {
            return _sorted[_next++];
        }

        private void ReadRow()
        {
            _taps = 0;
            int lastFirst = 0;
            int lastBase = 0;
            int lastLevel = 0;
            int group = _row / _rowsPerGroup * _channels;
            int greatest = _layer.TapsLevels + 1;
            _contexts.BeginRow();
            for (int i = 0; i < _fanIn; i++)
            {
                if (_decoder.Bit(_bits, _contexts.ZeroBit()) != 0)
                {
                    _contexts.Next(0, false);
                    continue;
                }

                int zero = _layer.TapsLowest + _channelBase[group + _contexts.Channel] + _rowBase[_row];
                int first = _taps;
                int terms = first - lastFirst;
                if (terms > 2 && _decoder.Bit(_bits, TapContexts.RepeatBit) != 0)
                {
                    for (int t = 0; t < terms; t++)
                        AddTap(i, (_head[lastFirst + t] >> 1) + zero - lastBase, _head[lastFirst + t] & 1);
                }
                else
                {
                    lastLevel = ReadLevel(greatest);
                    ReadTerms(i, zero, lastLevel);
                }

                lastFirst = first;
                lastBase = zero;
                _contexts.Next(lastLevel, (_head[first] & 1) != 0);
            }
        }

        private int ReadLevel(int greatest)
        {
            int level = greatest;
            while (level > 2 && _decoder.Bit(_bits, TapContexts.LevelBit(level)) == 0)
                level--;
            return level;
        }

        private void ReadTerms(int index, int zero, int level)
        {
            int exponent = zero + level - 2;
            int sign = _decoder.Bit(_bits, _contexts.SignBit());
            AddTap(index, exponent, sign);
            for (int terms = 1; _decoder.Bit(_bits, TapContexts.MoreBit(terms, level)) != 0; terms++)
            {
                int step = 0;
                while (_decoder.Bit(_bits, TapContexts.DistanceBit(terms, level, step)) == 0)
                    if (++step > TermsMax)
                        throw Bad(index, exponent - step);
                exponent -= step + 1;
                sign ^= _decoder.Bit(_bits, TapContexts.SecondSignBit(terms, level, step));
                AddTap(index, exponent, sign);
            }
        }

        private void AddTap(int index, int exponent, int sign)
        {
            if (exponent < 0 || exponent > ModelFormat.ExponentMax)
                throw Bad(index, exponent);
            if (_taps == _index.Length)
                Grow();
            _index[_taps] = index;
            _head[_taps++] = (byte)((exponent << 1) | sign);
        }

        private void Grow()
        {
            int length = _taps << 1;
            int[] index = new int[length];
            byte[] head = new byte[length];
            System.Array.Copy(_index, 0, index, 0, _taps);
            System.Array.Copy(_head, 0, head, 0, _taps);
            _index = index;
            _head = head;
            _sorted = new int[length];
        }

        /// <summary>Counting sort, which keeps rising indices. Runs are taken from the end, so plus comes behind minus.</summary>
        private int Sort()
        {
            for (int r = 0; r <= RunsMax; r++)
                _first[r] = 0;
            for (int t = 0; t < _taps; t++)
                _first[(_head[t] ^ 1) + 1]++;
            int runs = 0;
            int before = 0;
            for (int r = 0; r < RunsMax; r++)
            {
                int count = _first[r + 1];
                if (count > 0)
                    runs++;

                // Until the taps are placed, an entry is one lower: it moves on with each tap of its run, up to the next run's first.
                _first[r + 1] = before;
                before += count;
            }

            for (int t = 0; t < _taps; t++)
                _sorted[_first[(_head[t] ^ 1) + 1]++] = _index[t];
            _run = RunsMax;
            return runs;
        }

        private BarrelException Bad(int index, int exponent)
        {
            return new BarrelException(
                ModelErrors.BadField, "tap at " + index + " of row " + _row + " has exponent " + exponent + "; 0 to " + ModelFormat.ExponentMax + " are right");
        }
    }
}
