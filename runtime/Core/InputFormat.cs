namespace Barrel.Runtime
{
    /// <summary>
    /// What a network takes: planes of 8-bit codes, [channels, height, width]. Mean and scale of the pre-processing are folded into the
    /// first layer by the compiler, so a pixel's value 0..255 is its code, except where <see cref="Thresholds"/> make it one bit.
    /// </summary>
    public sealed class InputFormat
    {
        public const int ChannelsRgb = 0;
        public const int ChannelsBgr = 1;
        public const int ChannelsGray = 2;

        /// <summary>The whole frame is resized to the network's size, whatever its proportions.</summary>
        public const int ResizeStretch = 0;

        /// <summary>The largest centred part of the frame with the network's proportions is resized.</summary>
        public const int ResizeCrop = 1;

        /// <summary>One of ChannelsRgb, ChannelsBgr, ChannelsGray.</summary>
        public int ChannelOrder;

        /// <summary>Planes: 3, or 1 for grey.</summary>
        public int Channels;

        /// <summary>Pixels of a row; for a flat input the number of codes, with height 1.</summary>
        public int Width;

        public int Height;

        /// <summary>ResizeStretch or ResizeCrop.</summary>
        public int Resize;

        /// <summary>True for an input that is a vector: the frame's pixels in row order, then <see cref="PadCode"/> up to Width.</summary>
        public bool Flat;

        /// <summary>The code of flat padding.</summary>
        public byte PadCode;

        /// <summary>Null, or per channel the least pixel value that gives code 1; smaller ones give 0 (256 = never).</summary>
        public short[] Thresholds;

        /// <summary>Bytes of one frame's codes.</summary>
        public int ByteCount()
        {
            return Channels * Height * Width;
        }
    }
}
