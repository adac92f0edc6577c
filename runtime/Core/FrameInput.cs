namespace Barrel.Runtime
{
    /// <summary>
    /// Turns a frame into the codes that a network takes: crop or stretch, resize, channel order, thresholds, flat padding. Integers
    /// only. Tables and rows are allocated when a frame has another size than the one before; frames of one size allocate nothing.
    /// Not safe for use by two threads at once.
    /// </summary>
    public sealed class FrameInput
    {
        /// <summary>Three bytes a pixel: red, green, blue.</summary>
        public const int PixelsRgb24 = 0;

        /// <summary>One byte a pixel.</summary>
        public const int PixelsGray8 = 1;

        /// <summary>Rows and columns of a frame are 1 to this many.</summary>
        public const int FrameSideMax = 16384;

        /// <summary>A frame that cannot be: sides out of range, fewer bytes than its size asks for, more pixels than a flat input takes.</summary>
        public const int FrameSizeError = 4020;

        // A row that is resized along x keeps this many fraction bits: 8 + 7 + 14 bits of weight stay below 31.
        private const int RowFractionBits = 7;
        private const int RowShift = ResizeAxis.WeightBits - RowFractionBits;
        private const int SumShift = ResizeAxis.WeightBits + RowFractionBits;

        private readonly InputFormat format;
        private readonly int planes;
        private int tableWidth;
        private int tableHeight;
        private int tablePixels;
        private ResizeAxis columns;
        private ResizeAxis rows;

        // Two input rows after the resize along x: neighbours in y share at most two. Row r lives in slot r & 1.
        private int[][] slots;
        private int[] slotRow;
        private int[] sums;

        // One input row as planes, before the resize along x.
        private byte[] source;

        public FrameInput(InputFormat format)
        {
            this.format = format;
            planes = format.ChannelOrder == InputFormat.ChannelsGray ? 1 : 3;
        }

        /// <summary>The part of the last frame that the network saw, in the frame's pixels; all zero before the first frame.</summary>
        public int UsedLeft { get; private set; }

        public int UsedTop { get; private set; }

        public int UsedWidth { get; private set; }

        public int UsedHeight { get; private set; }

        /// <summary>Writes the codes of one frame.</summary>
        /// <param name="frame">Rows without gaps.</param>
        /// <param name="frameOffset">Index of the frame's first byte.</param>
        /// <param name="width">Pixels, 1 to <see cref="FrameSideMax"/>.</param>
        /// <param name="height">Pixels, 1 to <see cref="FrameSideMax"/>.</param>
        /// <param name="pixels"><see cref="PixelsRgb24"/> or <see cref="PixelsGray8"/>.</param>
        /// <param name="codes">Takes <see cref="InputFormat.ByteCount"/> bytes: planes [channels, height, width].</param>
        /// <param name="codesOffset">Index of the first code.</param>
        /// <exception cref="BarrelException"><see cref="FrameSizeError"/></exception>
        public void Write(byte[] frame, int frameOffset, int width, int height, int pixels, byte[] codes, int codesOffset)
        {
            Check(frame, frameOffset, width, height, pixels);
            if (format.Flat)
            {
                WriteFlat(frame, frameOffset, width * height, pixels, codes, codesOffset);
                return;
            }

            if (width != tableWidth || height != tableHeight || pixels != tablePixels)
                Prepare(width, height, pixels);

            slotRow[0] = -1;
            slotRow[1] = -1;
            for (int y = 0; y < format.Height; y++)
                WriteRow(frame, frameOffset, y, codes, codesOffset);
        }

        private void Check(byte[] frame, int frameOffset, int width, int height, int pixels)
        {
            if (width < 1 || height < 1 || width > FrameSideMax || height > FrameSideMax)
            {
                throw new BarrelException(
                    FrameSizeError,
                    "a frame of " + width.ToString() + "x" + height.ToString() + " pixels; sides are 1 to " + FrameSideMax.ToString());
            }

            long bytes = (long)width * height * (pixels == PixelsGray8 ? 1 : 3);
            if (frameOffset < 0 || frame.Length - frameOffset < bytes)
            {
                throw new BarrelException(
                    FrameSizeError,
                    "a frame of " + width.ToString() + "x" + height.ToString() + " pixels in " + (frame.Length - frameOffset).ToString()
                        + " bytes; it takes " + bytes.ToString());
            }

            long room = format.ByteCount();
            if (format.Flat && (long)width * height * planes > room)
            {
                throw new BarrelException(
                    FrameSizeError,
                    "a frame of " + width.ToString() + "x" + height.ToString() + " pixels for a flat input of " + room.ToString()
                        + " codes; give a frame with at most so many values");
            }
        }

        private void Prepare(int width, int height, int pixels)
        {
            int usedWidth = width;
            int usedHeight = height;
            if (format.Resize == InputFormat.ResizeCrop)
            {
                // Rounded to nearest; never more than the frame has, never less than one pixel.
                long wide = (((long)height * format.Width) + (format.Height >> 1)) / format.Height;
                long high = (((long)width * format.Height) + (format.Width >> 1)) / format.Width;
                if (wide < width)
                    usedWidth = wide < 1 ? 1 : (int)wide;
                else if (high < height)
                    usedHeight = high < 1 ? 1 : (int)high;
            }

            UsedLeft = (width - usedWidth) >> 1;
            UsedTop = (height - usedHeight) >> 1;
            UsedWidth = usedWidth;
            UsedHeight = usedHeight;
            columns = new ResizeAxis(UsedLeft, usedWidth, format.Width);
            rows = new ResizeAxis(UsedTop, usedHeight, format.Height);
            int rowLength = planes * format.Width;
            slots = new int[][] { new int[rowLength], new int[rowLength] };
            slotRow = new int[2];
            sums = new int[rowLength];
            source = new byte[planes * width];
            tableWidth = width;
            tableHeight = height;
            tablePixels = pixels;
        }

        private void WriteRow(byte[] frame, int frameOffset, int y, byte[] codes, int codesOffset)
        {
            int first = rows.Starts[y];
            int begin = rows.Offsets[y];
            int end = rows.Offsets[y + 1];
            for (int i = 0; i < sums.Length; i++)
                sums[i] = 1 << (SumShift - 1);

            for (int tap = begin; tap < end; tap++)
            {
                int[] row = ResizedRow(frame, frameOffset, first + tap - begin);
                int weight = rows.Weights[tap];
                for (int i = 0; i < sums.Length; i++)
                    sums[i] += row[i] * weight;
            }

            int plane = format.Width * format.Height;
            for (int channel = 0; channel < planes; channel++)
            {
                int from = channel * format.Width;
                int to = codesOffset + (channel * plane) + (y * format.Width);
                if (format.Thresholds == null)
                {
                    for (int x = 0; x < format.Width; x++)
                        codes[to + x] = (byte)(sums[from + x] >> SumShift);
                }
                else
                {
                    int threshold = Threshold(channel);
                    for (int x = 0; x < format.Width; x++)
                        codes[to + x] = (byte)((sums[from + x] >> SumShift) >= threshold ? 1 : 0);
                }
            }
        }

        private int[] ResizedRow(byte[] frame, int frameOffset, int row)
        {
            int slot = row & 1;
            int[] result = slots[slot];
            if (slotRow[slot] == row)
                return result;

            int bytesPerRow = tablePixels == PixelsGray8 ? tableWidth : tableWidth * 3;
            Split(frame, frameOffset + (row * bytesPerRow), tableWidth, tablePixels, source, 0, tableWidth);
            int[] starts = columns.Starts;
            int[] offsets = columns.Offsets;
            int[] weights = columns.Weights;
            bool isCopy = columns.IsCopy;
            for (int channel = 0; channel < planes; channel++)
            {
                int from = channel * tableWidth;
                int to = channel * format.Width;
                for (int x = 0; x < format.Width; x++)
                {
                    int at = from + starts[x];
                    if (isCopy)
                    {
                        result[to + x] = source[at] << RowFractionBits;
                        continue;
                    }

                    int sum = 1 << (RowShift - 1);
                    int end = offsets[x + 1];
                    for (int tap = offsets[x]; tap < end; tap++)
                    {
                        sum += source[at] * weights[tap];
                        at++;
                    }

                    result[to + x] = sum >> RowShift;
                }
            }

            slotRow[slot] = row;
            return result;
        }

        private void WriteFlat(byte[] frame, int frameOffset, int count, int pixels, byte[] codes, int codesOffset)
        {
            Split(frame, frameOffset, count, pixels, codes, codesOffset, count);
            if (format.Thresholds != null)
            {
                for (int channel = 0; channel < planes; channel++)
                {
                    int threshold = Threshold(channel);
                    int begin = codesOffset + (channel * count);
                    for (int i = begin; i < begin + count; i++)
                        codes[i] = (byte)(codes[i] >= threshold ? 1 : 0);
                }
            }

            int end = codesOffset + format.ByteCount();
            for (int i = codesOffset + (planes * count); i < end; i++)
                codes[i] = format.PadCode;
        }

        // One threshold may stand for all channels.
        private int Threshold(int channel)
        {
            return format.Thresholds[format.Thresholds.Length == 1 ? 0 : channel];
        }

        // Interleaved pixels to planes in the network's channel order.
        private void Split(byte[] frame, int offset, int count, int pixels, byte[] target, int targetOffset, int planeStride)
        {
            if (pixels == PixelsGray8)
            {
                for (int channel = 0; channel < planes; channel++)
                {
                    for (int i = 0; i < count; i++)
                        target[targetOffset + (channel * planeStride) + i] = frame[offset + i];
                }
            }
            else if (planes == 1)
            {
                for (int i = 0; i < count; i++)
                {
                    int at = offset + (i * 3);
                    target[targetOffset + i] = (byte)(((77 * frame[at]) + (150 * frame[at + 1]) + (29 * frame[at + 2])) >> 8);
                }
            }
            else
            {
                int first = targetOffset + (format.ChannelOrder == InputFormat.ChannelsBgr ? 2 * planeStride : 0);
                int middle = targetOffset + planeStride;
                int last = targetOffset + (format.ChannelOrder == InputFormat.ChannelsBgr ? 0 : 2 * planeStride);
                for (int i = 0; i < count; i++)
                {
                    int at = offset + (i * 3);
                    target[first + i] = frame[at];
                    target[middle + i] = frame[at + 1];
                    target[last + i] = frame[at + 2];
                }
            }
        }
    }
}
