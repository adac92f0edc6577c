namespace Barrel.Runtime
{
    /// <summary>
    /// The bytes of a blob, a window of them at a time: all of them where they lie in memory, or a chunk that a derived class brings out of flash.
    /// Readers of one blob share it; each says where it is.
    /// </summary>
    public class BlobBytes
    {
        private byte[] _window;
        private int _first;
        private int _end;

        /// <summary>All bytes, in memory.</summary>
        public BlobBytes(byte[] all)
        {
            _window = all;
            _end = all.Length;
            Length = all.Length;
        }

        /// <summary>So many bytes elsewhere; <see cref="Fetch"/> brings them.</summary>
        protected BlobBytes(int length)
        {
            _window = new byte[1];
            Length = length;
        }

        public int Length { get; }

        /// <summary>The byte at a place from 0 to below <see cref="Length"/>.</summary>
        public byte At(int position)
        {
            if (position < _first || position >= _end)
            {
                _window = Fetch(position);
                _first = position;
                _end = position + _window.Length;
            }

            return _window[position - _first];
        }

        /// <summary>A chunk that begins at a place: at least a byte.</summary>
        protected virtual byte[] Fetch(int position)
        {
            throw new BarrelException(ModelErrors.Truncated, "blob ends early, at byte " + position);
        }
    }
}
