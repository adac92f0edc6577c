using System;
using System.Device.Spi;
using System.Threading;

namespace Barrel.Nano
{
    /// <summary>
    /// Frames of an ArduCAM-class module: a sensor with a FIFO on the SPI bus. Registers as those of the ArduCAM Mega, which needs nothing but SPI: 0x20 format,
    /// 0x21 resolution, 0x04 capture, 0x44 state and done, 0x3C burst read. A square of 96 pixels is the smallest it sends.
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
        private const int StateMask = 3;
        private const int StateIdle = 2;
        private const int Absent = 0xFF;
        private const int IdleMsMax = 1000;
        private const int Burst = 0x3C;
        private const int PollMs = 5;

        private readonly SpiDevice _device;
        private readonly byte[] _pair = new byte[2];
        private readonly byte[] _threeOut = new byte[3];
        private readonly byte[] _three = new byte[3];

        // The command, a byte to pass by, and a row.
        private readonly byte[] _lineOut = new byte[2 + (2 * Side)];
        private readonly byte[] _line = new byte[2 + (2 * Side)];

        /// <summary>Sets the module up.</summary>
        /// <exception cref="InvalidOperationException">It does not answer, or not in time.</exception>
        public SpiCameraFrames(SpiDevice device)
        {
            _device = device;
            long deadlineMs = Environment.TickCount64 + IdleMsMax;
            Set(Format, FormatRgb565);
            WaitForIdle(deadlineMs);
            Set(Resolution, Resolution96);
            WaitForIdle(deadlineMs);
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
            long deadlineMs = Environment.TickCount64 + waitMsMax;
            Set(Capture, CaptureClear);
            Set(Capture, CaptureStart);
            while (!IsDone())
            {
                if (Environment.TickCount64 >= deadlineMs)
                    return false;
                Thread.Sleep(PollMs);
            }

            // Only the first burst of a capture has the byte to pass by.
            int head = 2;
            _lineOut[0] = Burst;
            for (int to = 0; to < pixels.Length; to += Side)
            {
                int count = head + Side + Side;
                _device.TransferFullDuplex(new SpanByte(_lineOut, 0, count), new SpanByte(_line, 0, count));
                GreyPixels.FromRgb565(_line, head, pixels, to, Side);
                head = 1;
            }

            return true;
        }

        /// <summary>A bus on which nothing answers reads as ones.</summary>
        private bool IsDone()
        {
            int state = Get(Trigger);
            return state != Absent && (state & TriggerDone) != 0;
        }

        /// <summary>The sensor takes a setting over its own slow bus, and meanwhile loses the next.</summary>
        private void WaitForIdle(long deadlineMs)
        {
            while ((Get(Trigger) & StateMask) != StateIdle)
            {
                if (Environment.TickCount64 >= deadlineMs)
                    throw new InvalidOperationException("the SPI camera does not answer");
                Thread.Sleep(PollMs);
            }
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
