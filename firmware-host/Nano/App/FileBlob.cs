using System;
using System.IO;
using Barrel.Runtime;

namespace Barrel.Nano
{
    /// <summary>A blob in the internal file system: a chunk at a time comes to memory. A file of another length than its header says is refused by the loader.</summary>
    public sealed class FileBlob : BlobBytes
    {
        private const int ChunkBytes = 256;
        private const long LengthMax = 0xFFFFFF;

        private readonly FileStream _file;

        private FileBlob(FileStream file, int length)
            : base(length)
        {
            _file = file;
        }

        /// <summary>The blob in a file.</summary>
        /// <param name="path">Of the file: I:\ is the internal file system.</param>
        /// <param name="board">Told of a file that is there and cannot be opened.</param>
        /// <returns>Null where there is none.</returns>
        public static FileBlob? Open(string path, IBoard board)
        {
            try
            {
                if (!File.Exists(path))
                    return null;
                FileStream file = new FileStream(path, FileMode.Open, FileAccess.Read);
                return new FileBlob(file, file.Length > LengthMax ? (int)LengthMax : (int)file.Length);
            }
            catch (OutOfMemoryException)
            {
                throw;
            }
            catch (Exception e)
            {
                board.Say("model " + path + " cannot be opened: " + e.Message);
                return null;
            }
        }

        protected override byte[] Fetch(int position)
        {
            int left = Length - position;
            if (left <= 0)
                return base.Fetch(position);
            byte[] chunk = new byte[left < ChunkBytes ? left : ChunkBytes];
            _file.Position = position;
            for (int have = 0; have < chunk.Length;)
            {
                int more = _file.Read(chunk, have, chunk.Length - have);
                if (more <= 0)
                    return base.Fetch(position + have);
                have += more;
            }

            return chunk;
        }
    }
}
