namespace System.Device.Spi
{
    public sealed class SpiConnectionSettings
    {
        public extern SpiConnectionSettings(int busId, int chipSelectLine);

        public extern int ClockFrequency { get; set; }
    }

    public class SpiDevice : System.IDisposable
    {
        public static extern SpiDevice Create(SpiConnectionSettings settings);

        public extern void Dispose();

        public extern void Write(SpanByte buffer);

        public extern void TransferFullDuplex(SpanByte writeBuffer, SpanByte readBuffer);
    }
}
