namespace Barrel.Runtime
{
    /// <summary>
    /// A tensor in words of eight codes: [channels, height, split, width / split / 8]. Lane i of word w of phase p is column
    /// (8·w + i)·split + p, lowest byte first: so a layer of stride s reads neighbouring lanes where it writes neighbouring lanes. The first word
    /// is the tensor's place in the arena divided by eight.
    /// </summary>
    internal sealed class WordPlanes
    {
        private readonly int _start;
        private readonly int _lines;
        private readonly int _width;
        private readonly int _split;
        private readonly int _wordsPerPhase;

        public WordPlanes(TensorInfo tensor, int split)
        {
            _start = tensor.ArenaOffset;
            _lines = tensor.Channels * tensor.Height;
            _width = tensor.Width;
            _split = split;
            _wordsPerPhase = tensor.Width / split >> 3;
        }

        /// <summary>Codes of the arena to words.</summary>
        public void Pack(byte[] arena, ulong[] words)
        {
            int s1 = _split;
            int s2 = s1 + s1;
            int s3 = s2 + s1;
            int s4 = s3 + s1;
            int s5 = s4 + s1;
            int s6 = s5 + s1;
            int s7 = s6 + s1;
            int step = s7 + s1;
            int line = _start;
            int to = _start >> 3;
            for (int l = _lines; l > 0; l--)
            {
                for (int phase = 0; phase < s1; phase++)
                {
                    int at = line + phase;
                    for (int end = to + _wordsPerPhase; to < end; to++)
                    {
                        words[to] = arena[at] | ((ulong)arena[at + s1] << 8) | ((ulong)arena[at + s2] << 16) | ((ulong)arena[at + s3] << 24)
                            | ((ulong)arena[at + s4] << 32) | ((ulong)arena[at + s5] << 40) | ((ulong)arena[at + s6] << 48) | ((ulong)arena[at + s7] << 56);
                        at += step;
                    }
                }

                line += _width;
            }
        }

        /// <summary>Words to codes of the arena.</summary>
        public void Unpack(ulong[] words, byte[] arena)
        {
            int split = _split;
            int line = _start;
            int from = _start >> 3;
            for (int l = _lines; l > 0; l--)
            {
                for (int phase = 0; phase < split; phase++)
                {
                    int at = line + phase;
                    for (int end = from + _wordsPerPhase; from < end; from++)
                    {
                        ulong word = words[from];
                        for (int lane = 0; lane < 8; lane++)
                        {
                            arena[at] = (byte)word;
                            word >>= 8;
                            at += split;
                        }
                    }
                }

                line += _width;
            }
        }
    }
}
