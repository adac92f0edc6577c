namespace Barrel.Runtime
{
    /// <summary>
    /// Runs a <see cref="BinaryLayer"/> 64 weights at a time. The channels of a pixel are packed to words once a frame; a position's window is brought
    /// together, and each row counts the bits in which it differs.
    /// </summary>
    public sealed class BinaryRunner : LayerRunner
    {
        private const ulong Pairs = 0x5555555555555555UL;
        private const ulong Nibbles = 0x3333333333333333UL;
        private const ulong Bytes = 0x0F0F0F0F0F0F0F0FUL;

        /// <summary>Words whose counts fit the bytes of one: ten times three of at most 24.</summary>
        private const int WordsPerFold = 30;

        private readonly BinaryLayer _layer;
        private readonly byte[] _arena;
        private readonly BinaryWriter _writer;
        private readonly int _inputOffset;
        private readonly int _channels;
        private readonly int _plane;
        private readonly int _pixelWords;
        private readonly int _columnStep;
        private readonly int _lineStep;
        private readonly ulong[] _weights;
        private readonly ulong[] _pixels;
        private readonly ulong[] _window;
        private readonly int[] _offsets;
        private readonly GeneratedSigns? _signs;
        private readonly int _output;

        /// <param name="model">The model.</param>
        /// <param name="layer">The layer.</param>
        /// <param name="arena">Holds its tensors.</param>
        /// <param name="signs">Does the rows of a position, or null: counts by the weights of the blob.</param>
        public BinaryRunner(Model model, BinaryLayer layer, byte[] arena, GeneratedSigns? signs)
        {
            _signs = signs;
            _output = model.Tensors[layer.Output].ArenaOffset;
            TensorInfo source = model.Tensors[layer.Input];
            _layer = layer;
            _arena = arena;
            _writer = new BinaryWriter(model, layer, arena);
            _inputOffset = source.ArenaOffset;

            // A window that is the whole input is a vector of channels.
            bool isWhole = layer.FanIn == source.ByteCount();
            int kernelWidth = isWhole ? 1 : layer.KernelWidth;
            int area = isWhole ? 1 : layer.KernelHeight * layer.KernelWidth;
            _channels = isWhole ? layer.FanIn : source.Channels;
            _plane = isWhole ? 1 : source.Height * source.Width;
            _pixelWords = (_channels + 63) >> 6;
            _columnStep = layer.StrideX * _pixelWords;
            _lineStep = layer.StrideY * source.Width * _pixelWords;
            _pixels = new ulong[_plane * _pixelWords];
            _window = new ulong[WindowWords(layer, source)];
            _offsets = new int[area];
            for (int k = 0; k < area; k++)
                _offsets[k] = (k / kernelWidth * layer.DilationY * source.Width + k % kernelWidth * layer.DilationX) * _pixelWords;
            _weights = signs != null ? _window : Arranged(layer, source);
        }

        public override void Run()
        {
            Pack();
            int position = 0;
            int line = 0;
            for (int y = 0; y < _layer.GridHeight; y++)
            {
                int at = line;
                for (int x = 0; x < _layer.GridWidth; x++)
                {
                    Gather(at);
                    if (_signs != null)
                        _signs.Run(_window, _arena, _output + position);
                    else
                        Count(position);
                    at += _columnStep;
                    position++;
                }

                line += _lineStep;
            }
        }

        private void Count(int position)
        {
            _writer.Begin(position);
            int first = 0;
            for (int row = 0; row < _layer.Rows; row++)
            {
                _writer.Write(row, CountDifferent(_weights, first, _window));
                first += _window.Length;
            }
        }

        /// <summary>Ones of weights ^ window: of three words at once by a full adder, then by pairs, nibbles and bytes.</summary>
        private static int CountDifferent(ulong[] weights, int first, ulong[] window)
        {
            int words = window.Length;
            int count = 0;
            int i = 0;
            while (i < words)
            {
                ulong bytes = 0;
                int end = words - i > WordsPerFold ? i + WordsPerFold : words;
                for (; i + 3 <= end; i += 3)
                {
                    ulong a = weights[first + i] ^ window[i];
                    ulong b = weights[first + i + 1] ^ window[i + 1];
                    ulong c = weights[first + i + 2] ^ window[i + 2];
                    ulong odd = a ^ b;
                    ulong carry = (a & b) | (odd & c);
                    odd ^= c;
                    odd -= (odd >> 1) & Pairs;
                    carry -= (carry >> 1) & Pairs;
                    odd = (odd & Nibbles) + ((odd >> 2) & Nibbles);
                    carry = (carry & Nibbles) + ((carry >> 2) & Nibbles);
                    odd += carry << 1;
                    bytes += (odd & Bytes) + ((odd >> 4) & Bytes);
                }

                for (; i < end; i++)
                {
                    ulong x = weights[first + i] ^ window[i];
                    x -= (x >> 1) & Pairs;
                    x = (x & Nibbles) + ((x >> 2) & Nibbles);
                    bytes += (x + (x >> 4)) & Bytes;
                }

                bytes = (bytes & 0x00FF00FF00FF00FFUL) + ((bytes >> 8) & 0x00FF00FF00FF00FFUL);
                bytes += bytes >> 16;
                bytes += bytes >> 32;
                count += (int)(bytes & 0xFFFF);
            }

            return count;
        }

        /// <summary>Words of a window.</summary>
        public static int WindowWords(BinaryLayer layer, TensorInfo source)
        {
            return layer.FanIn == source.ByteCount() ? (layer.FanIn + 63) >> 6 : layer.KernelHeight * layer.KernelWidth * ((source.Channels + 63) >> 6);
        }

        /// <summary>[row·words + i]: the weights as the window has its words: by kernel position, then by channel.</summary>
        public static ulong[] Arranged(BinaryLayer layer, TensorInfo source)
        {
            bool isWhole = layer.FanIn == source.ByteCount();
            int area = isWhole ? 1 : layer.KernelHeight * layer.KernelWidth;
            int channels = isWhole ? layer.FanIn : source.Channels;
            if (area == 1)
                return layer.Weights;
            int pixelWords = (channels + 63) >> 6;
            ulong[] weights = new ulong[layer.Rows * area * pixelWords];
            int at = 0;
            for (int row = 0; row < layer.Rows; row++)
                for (int k = 0; k < area; k++, at += pixelWords)
                    for (int c = 0; c < channels; c++)
                        if (layer.IsPlus(row, c * area + k))
                            weights[at + (c >> 6)] |= 1UL << (c & 63);
            return weights;
        }

        /// <summary>Eight channels at a time, and the rest one by one.</summary>
        private void Pack()
        {
            byte[] arena = _arena;
            ulong[] pixels = _pixels;
            int words = _pixelWords;
            int plane = _plane;
            int two = plane + plane;
            int four = two + two;
            for (int i = 0; i < pixels.Length; i++)
                pixels[i] = 0;
            int line = _inputOffset;
            int c = 0;
            for (; c + 8 <= _channels; c += 8)
            {
                int bit = c & 63;
                int at = c >> 6;
                int from = line;
                for (int end = line + plane; from < end; from++, at += words)
                {
                    int low = from + four;
                    pixels[at] |= (ulong)(arena[from] | (arena[from + plane] << 1) | (arena[from + two] << 2) | (arena[from + two + plane] << 3)
                        | (arena[low] << 4) | (arena[low + plane] << 5) | (arena[low + two] << 6) | (arena[low + two + plane] << 7)) << bit;
                }

                line += four + four;
            }

            for (; c < _channels; c++)
            {
                int bit = c & 63;
                int at = c >> 6;
                for (int end = line + plane; line < end; line++, at += words)
                    pixels[at] |= (ulong)arena[line] << bit;
            }
        }

        private void Gather(int at)
        {
            int made = 0;
            for (int k = 0; k < _offsets.Length; k++)
            {
                int from = at + _offsets[k];
                for (int w = 0; w < _pixelWords; w++)
                    _window[made++] = _pixels[from++];
            }
        }
    }
}
