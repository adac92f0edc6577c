namespace Barrel.Runtime
{
    /// <summary>
    /// Which probability each bit of a layer's weights is coded with; reader and writer walk it alike. A weight's level is 0 where it is zero, else
    /// 2 + its leading exponent above the layer's least. What level to expect is learned from the row so far, the rows before at this kernel index,
    /// and the input channel: all means that move by shifts, with eight bits behind the point.
    /// </summary>
    public sealed class TapContexts
    {
        /// <summary>Probabilities of all bits of a layer.</summary>
        public const int Bits = RepeatBit + 1;

        /// <summary>Whether a weight is the one before it in its row once more; asked where that one has at least three terms.</summary>
        public const int RepeatBit = SecondSigns + (TermClasses * 4);

        private const int Levels = 64;
        private const int Signs = Levels + 32;
        private const int Mores = Signs + 9;
        private const int Distances = Mores + TermClasses;
        private const int SecondSigns = Distances + (TermClasses * 8);

        /// <summary>Behind the leading term by its level (up to 31), behind the second, behind a later one.</summary>
        private const int TermClasses = 34;
        private const int PointBits = 8;

        private readonly int _kernelWidth;
        private readonly int _kernelArea;
        private readonly byte[] _levels;
        private readonly byte[] _signs;
        private readonly short[] _indexMeans;
        private readonly short[] _channelMeans;
        private int _row = -1;
        private int _index;
        private int _x;
        private int _inArea;
        private int _channel;
        private int _rowMean;
        private int _slowMean = 2 << PointBits;
        private bool _leftWas;

        /// <param name="channels">Input channels of a group.</param>
        /// <param name="kernelArea">Kernel positions of a channel.</param>
        /// <param name="kernelWidth">Kernel positions side by side.</param>
        public TapContexts(int channels, int kernelArea, int kernelWidth)
        {
            _kernelWidth = kernelWidth;
            _kernelArea = kernelArea;
            int count = channels * kernelArea;
            _levels = new byte[count];
            _signs = new byte[count];
            _indexMeans = new short[count];
            _channelMeans = new short[channels];
        }

        /// <summary>Channel, in the group, of the weight that comes.</summary>
        public int Channel
        {
            get { return _channel; }
        }

        public void BeginRow()
        {
            _row++;
            _index = 0;
            _x = 0;
            _inArea = 0;
            _channel = 0;
            _rowMean = _slowMean;
            _leftWas = false;
        }

        /// <summary>For the bit that is 1 where the weight that comes is zero.</summary>
        public int ZeroBit()
        {
            int index = _row == 0 ? _rowMean : _indexMeans[_index];
            int channel = _row == 0 ? _rowMean : _channelMeans[_channel];
            int expected = (_rowMean >> 1) + (_slowMean >> 3) + (index >> 2) + (channel >> 3);
            int half = (expected + 64) >> (PointBits - 1);

            // Beside it, in the row before: layers that scale channels are diagonal.
            return ((half < 31 ? half : 31) << 1) + (_leftWas ? 1 : 0);
        }

        /// <summary>For the bit that is 1 where the level is this one and not below; asked from the greatest level down to 3.</summary>
        public static int LevelBit(int level)
        {
            return Levels + (level < 31 ? level : 31);
        }

        /// <summary>For the sign of the leading term: by the signs of the weights to the left and above in the kernel.</summary>
        public int SignBit()
        {
            int left = _x > 0 ? _signs[_index - 1] : 0;
            int above = _inArea >= _kernelWidth ? _signs[_index - _kernelWidth] : 0;
            return Signs + (left << 1) + left + above;
        }

        /// <summary>For whether another term follows, behind so many.</summary>
        public static int MoreBit(int terms, int level)
        {
            return Mores + TermClass(terms, level);
        }

        /// <summary>For the bit that is 1 where the next exponent is 1 + <paramref name="step"/> lower and not still less.</summary>
        public static int DistanceBit(int terms, int level, int step)
        {
            return Distances + (TermClass(terms, level) << 3) + (step < 7 ? step : 7);
        }

        /// <summary>For the bit that is 1 where the next term's sign is not the last one's.</summary>
        public static int SecondSignBit(int terms, int level, int step)
        {
            return SecondSigns + (TermClass(terms, level) << 2) + (step < 3 ? step : 3);
        }

        /// <summary>Learns the weight and goes on to the next.</summary>
        public void Next(int level, bool negative)
        {
            int fixedLevel = level << PointBits;
            _rowMean += (fixedLevel - _rowMean) >> 3;
            _slowMean += (fixedLevel - _slowMean) >> 6;
            int index = _indexMeans[_index];
            index += (fixedLevel - index) >> (_row == 0 ? 0 : _row < 3 ? 1 : 2);
            _indexMeans[_index] = (short)index;
            int channel = _channelMeans[_channel];
            channel += (fixedLevel - channel) >> (_row > 0 ? 4 : _inArea == 0 ? 0 : 2);
            _channelMeans[_channel] = (short)channel;
            _leftWas = _levels[_index] != 0;
            _levels[_index] = (byte)level;
            _signs[_index] = (byte)(level == 0 ? 0 : negative ? 2 : 1);

            _index++;
            _x++;
            if (_x == _kernelWidth)
                _x = 0;
            _inArea++;
            if (_inArea == _kernelArea)
            {
                _inArea = 0;
                _channel++;
            }
        }

        private static int TermClass(int terms, int level)
        {
            return terms == 1 ? (level < 31 ? level : 31) : terms == 2 ? 32 : 33;
        }
    }
}
