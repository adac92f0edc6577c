using System;
using System.Device.Spi;
using System.Threading;

namespace Barrel.Nano
{
    /// <summary>
    /// Frames of an ArduCAM-class module: a sensor with a FIFO on the SPI bus. Registers as those of the ArduCAM Mega, which needs nothing but SPI: 0x20 format,
    /// 0x21 resolution, 0x04 capture, 0x44 done, 0x3C burst read. A square of 96 pixels is the smallest it sends.
    /// </summary>
    public sealed class SpiCameraFrames : IFrameSource
    {
        public const int Side = 96;

        private const int Write = 0x80;
        private const int Capture = 0x04;
        private const int CaptureClear = 1;
        private const int CaptureStart = 2;
        private const int Format = 0x20;
        private const int FormatRgb565 = 2;
        private const int Resolution = 0x21;
        private const int Resolution96 = 0x0A;
        private const int Trigger = 0x44;
        private const int TriggerDone = 4;
        private const int Burst = 0x3C;
        private const int PollMs = 5;

        private readonly SpiDevice _device;
        private readonly byte[] _pair = new byte[2];
        private readonly byte[] _threeOut = new byte[3];
        private readonly byte[] _three = new byte[3];
        private readonly byte[] _lineOut = new byte[2 + (2 * Side)];
        private readonly byte[] _line = new byte[2 + (2 * Side)];

        public SpiCameraFrames(SpiDevice device)
        {
            _device = device;
            Set(Format, FormatRgb565);
            Set(Resolution, Resolution96);
        }

        public int Width
        {
            get { return Side; }
        }

        public int Height
        {
            get { return Side; }
        }

        public bool TryRead(byte[] pixels, int waitMsMax)
        {
            Set(Capture, CaptureClear);
            Set(Capture, CaptureStart);
            while ((Get(Trigger) & TriggerDone) == 0)
            {
                if (waitMsMax <= 0)
                    return false;
                Thread.Sleep(PollMs);
                waitMsMax -= PollMs;
            }

            // A burst is the command, a byte to pass by, and a row.
            _lineOut[0] = Burst;
            for (int to = 0; to < pixels.Length; to += Side)
            {
                _device.TransferFullDuplex(new SpanByte(_lineOut), new SpanByte(_line));
                GreyPixels.FromRgb565(_line, 2, pixels, to, Side);
            }

            return true;
        }

        private void Set(int register, int value)
        {
            _pair[0] = (byte)(register | Write);
            _pair[1] = (byte)value;
            _device.Write(new SpanByte(_pair));
        }

        private int Get(int register)
        {
            _threeOut[0] = (byte)register;
            _device.TransferFullDuplex(new SpanByte(_threeOut), new SpanByte(_three));
            return _three[2];
        }
    }
}
