using System;
using System.IO.Ports;
using System.Threading;

namespace Barrel.Nano
{
    /// <summary>
    /// Frames from a UART, of another board or of a camera that sends raw pixels. A frame is 42 46 ("BF"), format (0 grey, 1 RGB565 with the higher byte
    /// first), width, height, the rows, and the sum of all bytes of the rows as 16 bits, the lower byte first. What does not fit is passed by up to the next head.
    /// </summary>
    public sealed class SerialFrames : IFrameSource
    {
        private const int PollMs = 2;

        private readonly SerialPort _port;
        private readonly byte[] _line;
        private long _deadlineMs;
        private int _sum;

        public SerialFrames(SerialPort port, int width, int height)
        {
            _port = port;
            Width = width;
            Height = height;
            _line = new byte[width + width];
        }

        public int Width { get; }

        public int Height { get; }

        public bool TryRead(byte[] pixels, int waitMsMax)
        {
            _deadlineMs = Environment.TickCount64 + waitMsMax;
            while (FindHead())
            {
                if (!Take(3))
                    return false;
                int format = _line[0];
                if (format > 1 || _line[1] != Width || _line[2] != Height)
                    continue;
                _sum = 0;
                int lineBytes = format == 0 ? Width : Width + Width;
                for (int to = 0; to < pixels.Length; to += Width)
                {
                    if (!Take(lineBytes))
                        return false;
                    for (int i = 0; i < lineBytes; i++)
                        _sum += _line[i];
                    if (format == 0)
                        Array.Copy(_line, 0, pixels, to, Width);
                    else
                        GreyPixels.FromRgb565(_line, 0, pixels, to, Width);
                }

                if (!Take(2))
                    return false;
                if ((_line[0] | (_line[1] << 8)) == (_sum & 0xFFFF))
                    return true;
            }

            return false;
        }

        private bool FindHead()
        {
            int last = 0;
            while (Take(1))
            {
                if (last == 0x42 && _line[0] == 0x46)
                    return true;
                last = _line[0];
            }

            return false;
        }

        /// <summary>So many bytes to the line; false where they do not come in time.</summary>
        private bool Take(int count)
        {
            int have = 0;
            while (have < count)
            {
                // Looked at before each read: a line that never falls silent has no frame in time either.
                if (Environment.TickCount64 >= _deadlineMs)
                    return false;
                int ready = _port.BytesToRead;
                if (ready > 0)
                {
                    have += _port.Read(_line, have, ready < count - have ? ready : count - have);
                    continue;
                }

                Thread.Sleep(PollMs);
            }

            return true;
        }
    }
}
