namespace Barrel.Nano
{
    /// <summary>Where frames come from: grey pixels, a byte each, rows without gaps.</summary>
    public interface IFrameSource
    {
        int Width { get; }

        int Height { get; }

        /// <summary>Waits for the next whole frame.</summary>
        /// <param name="pixels">Takes Width · Height bytes.</param>
        /// <param name="waitMsMax">Longest wait.</param>
        /// <returns>False where none came in time; the next call begins anew.</returns>
        bool TryRead(byte[] pixels, int waitMsMax);
    }
}
