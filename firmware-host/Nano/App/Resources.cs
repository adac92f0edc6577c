using System.Reflection;
using System.Resources;
using Barrel.Runtime;
using nanoFramework.Runtime.Native;

namespace Barrel.Nano
{
    /// <summary>What lies in flash beside the code: Resources.resx has the files. Numbers are hashes of the names, as nanoFramework's resource generator makes them.</summary>
    public static class Resources
    {
        private static readonly ResourceManager Manager = new ResourceManager("Barrel.Nano.Resources", Assembly.GetExecutingAssembly());

        public enum Binary : short
        {
            Model = 30387,
            LastGoodModel = 31400,
            Frame = 18732,
        }

        public static byte[] Bytes(Binary id)
        {
            return (byte[])ResourceUtility.GetObject(Manager, id);
        }

        /// <summary>Part of a resource; less where it ends before.</summary>
        public static byte[] Bytes(Binary id, int offset, int length)
        {
            return (byte[])ResourceUtility.GetObject(Manager, id, offset, length);
        }
    }

    /// <summary>A blob that stays in flash: a chunk at a time comes to memory. Its length is in its header.</summary>
    public sealed class ResourceBlob : BlobBytes
    {
        private const int ChunkBytes = 256;

        private readonly Resources.Binary _id;

        public ResourceBlob(Resources.Binary id)
            : base(LengthOf(id))
        {
            _id = id;
        }

        protected override byte[] Fetch(int position)
        {
            int left = Length - position;
            if (left <= 0)
                return base.Fetch(position);
            byte[] chunk = Resources.Bytes(_id, position, left < ChunkBytes ? left : ChunkBytes);
            return chunk == null || chunk.Length == 0 ? base.Fetch(position) : chunk;
        }

        /// <summary>A header that says nonsense or is not there is refused by the loader; no more than a resource can hold is believed here.</summary>
        private static int LengthOf(Resources.Binary id)
        {
            byte[] head = Resources.Bytes(id, 8, 4);
            if (head == null || head.Length < 4)
                return 0;
            long length = head[0] | ((long)head[1] << 8) | ((long)head[2] << 16) | ((long)head[3] << 24);
            return length > 0xFFFFFF ? 0xFFFFFF : (int)length;
        }
    }
}
