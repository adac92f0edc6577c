using Barrel.Runtime;

namespace Barrel.Nano
{
    /// <summary>No generated layers: for a blob that none were made from. It runs all the same, slowly.</summary>
    public sealed class BlobOnly : GeneratedNetwork
    {
        private readonly long _checksum;

        public BlobOnly(long checksum)
        {
            _checksum = checksum;
        }

        public override long Checksum
        {
            get { return _checksum; }
        }

        public override int SplitOf(int tensor)
        {
            return 0;
        }

        public override GeneratedLayer? LayerAt(int index)
        {
            return null;
        }

        public override GeneratedSigns? SignsAt(int index)
        {
            return null;
        }
    }
}
