using System;
using System.Device.Spi;
using Barrel.Host.Chip;

namespace Barrel.Nano
{
    /// <summary>A link to a TDNN chip over nanoFramework's SPI.</summary>
    internal sealed class SpiLink : ChipLink
    {
        private readonly SpiDevice _device;

        /// <param name="device">Closed with the link.</param>
        /// <param name="limits">Longest transfer, retries and timeout.</param>
        public SpiLink(SpiDevice device, LinkLimits limits)
            : base(limits)
        {
            _device = device;
        }

        public override void Dispose()
        {
            _device.Dispose();
        }

        protected override string? Transfer(byte[] sent, byte[] received, int count)
        {
            try
            {
                _device.TransferFullDuplex(new SpanByte(sent, 0, count), new SpanByte(received, 0, count));
                return null;
            }
            catch (OutOfMemoryException)
            {
                throw;
            }
            catch (Exception e)
            {
                return e.Message == null ? "no reason is given" : e.Message;
            }
        }
    }
}
