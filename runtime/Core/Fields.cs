namespace Barrel.Runtime
{
    /// <summary>
    /// The fields of a blob that have probabilities of their own. A number is coded as in <c>ModelFormat.md</c>: how many bits n of value + 1 follow its
    /// highest one, in unary, then these bits, of which the first is learned as well.
    /// </summary>
    public static class Fields
    {
        /// <summary>For what stands in a blob once.</summary>
        public const int Single = 0;
        public const int TextShared = 1;
        public const int TextEnding = 2;
        public const int TextLength = 3;
        public const int TensorChannels = 4;
        public const int TensorHeight = 5;
        public const int TensorWidth = 6;
        public const int TensorBits = 7;
        public const int TensorOffset = 8;
        public const int TensorFlags = 9;
        public const int FirstScale = 10;
        public const int Scale = 11;
        public const int Zero = 12;
        public const int Kind = 13;
        public const int Output = 14;
        public const int Macs = 15;
        public const int InputCount = 16;
        public const int InputTensor = 17;
        public const int InputFirst = 18;
        public const int InputChannels = 19;
        public const int InputUpsampling = 20;
        public const int Groups = 21;
        public const int Kernel = 22;
        public const int Stride = 23;
        public const int Dilation = 24;
        public const int Pad = 25;
        public const int Phase = 26;
        public const int Mode = 27;
        public const int Shift = 28;
        public const int Low = 29;
        public const int High = 30;
        public const int Rounding = 31;
        public const int SlopeFlag = 32;
        public const int SlopeCount = 33;
        public const int SlopeShift = 34;
        public const int SlopeSign = 35;
        public const int Bias = 36;
        public const int SkipCount = 37;
        public const int SkipShift = 38;
        public const int TapsFlag = 39;
        public const int TapsLowest = 40;
        public const int TapsLevels = 41;
        public const int ResizeIndex = 42;
        public const int ResizeFraction = 43;
        public const int PlacedPass = 44;
        public const int PlacedSegment = 45;
        public const int Count = 46;

        /// <summary>Probabilities of one field: 16 for the unary part, 16 for the bit that follows.</summary>
        public const int BitsEach = 32;

        /// <summary>Probabilities of the bytes of texts, a tree of eight levels.</summary>
        public const int TextBits = 256;

        /// <summary>Greatest n: value + 1 is at most 2^32.</summary>
        public const int LengthMax = 32;

        /// <summary>Texts that are coded against the one before: names of the network and its classes, names of layers, operators.</summary>
        public const int TextKinds = 3;
        public const int TextOfModel = 0;
        public const int TextOfLayer = 1;
        public const int TextOfOperator = 2;

        /// <summary>Probability of the unary bit at <paramref name="position"/>: 1 where n is greater.</summary>
        public static int LengthBit(int field, int position)
        {
            return (field << 5) + (position < 15 ? position : 15);
        }

        /// <summary>Probability of the first bit behind the highest, for n of at least 1.</summary>
        public static int FirstBit(int field, int n)
        {
            return (field << 5) + 16 + (n < 15 ? n : 15);
        }

        /// <summary>What a rounding term most often is: the zero of the output in the accumulator's unit, and half a step.</summary>
        public static int RoundingOf(int shift, int zero)
        {
            return shift > 22 ? 0 : (zero << shift) + (shift > 0 ? 1 << (shift - 1) : 0);
        }
    }
}
