namespace Barrel.Nano
{
    /// <summary>The same frame again and again: for tests without a camera.</summary>
    public sealed class FlashFrames : IFrameSource
    {
        private readonly byte[] _frame;

        public FlashFrames(byte[] frame, int width, int height)
        {
            _frame = frame;
            Width = width;
            Height = height;
        }

        public int Width { get; }

        public int Height { get; }

        public bool TryRead(byte[] pixels, int waitMsMax)
        {
            System.Array.Copy(_frame, 0, pixels, 0, pixels.Length);
            return true;
        }
    }
}
