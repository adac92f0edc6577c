namespace Barrel.Runtime
{
    /// <summary>One step of a model.</summary>
    public abstract class Layer
    {
        /// <summary>Name of the ONNX node it came from.</summary>
        public string Name;

        /// <summary>Operator it came from, for reports: "Conv", "Gemm", "AveragePool" ...</summary>
        public string Operator;

        /// <summary>Index of the tensor it writes.</summary>
        public int Output;

        /// <summary>Multiplications that the float network takes here for one frame; 0 where it would not count any.</summary>
        public long Macs;

        /// <summary>Bytes of the blob that describe it.</summary>
        public int BlobBytes;
    }

    /// <summary>Channels of a tensor that a layer reads.</summary>
    public sealed class TapInput
    {
        public int Tensor;
        public int FirstChannel;
        public int Channels;

        /// <summary>Rows are read 2^n times each (nearest upsampling costs no copy).</summary>
        public int UpsampleShiftY;

        /// <summary>Columns are read 2^n times each.</summary>
        public int UpsampleShiftX;
    }

    /// <summary>
    /// A layer that sums into exact 32-bit accumulators and writes them out. A row is one output channel, or one (channel, phase)
    /// of an upsampling layer: row = (channel·PhaseY + phaseY)·PhaseX + phaseX.
    /// </summary>
    public abstract class AccumulatorLayer : Layer
    {
        /// <summary>
        /// out = clamp((act(acc) + Post) >> Shift, Low, High), act as <see cref="SlopeCount"/> says; log codes count borders instead of shifting.
        /// </summary>
        public const int ModeRequantize = 0;

        /// <summary>out = acc, 32 bits.</summary>
        public const int ModeRaw = 1;

        /// <summary>out = index of the greatest channel, ties to the lower.</summary>
        public const int ModeArgMax = 2;

        public int Mode;

        public int Rows;

        /// <summary>Start of the accumulator, one a row.</summary>
        public int[] Bias;

        /// <summary>Right shift of the write-out, 0 to 31, one a row. Empty unless ModeRequantize, as all below.</summary>
        public byte[] Shift;

        /// <summary>Added before the shift: half a step for rounding, and the zero of a signed output.</summary>
        public int[] Post;

        public byte[] Low;
        public byte[] High;

        /// <summary>Null, or for each row of an output of log codes the borders between its codes; made at load.</summary>
        public int[][] Borders;

        /// <summary>
        /// Null: act(acc) = acc. Else one a row: a negative acc becomes Σ ±(acc >> k) over that many terms (none: 0), each an arithmetic shift.
        /// </summary>
        public byte[] SlopeCount;

        /// <summary>The terms of all rows: bit 7 set = subtract; bits 0 to 6 = k + 32, k from −8 (a left shift) to 31.</summary>
        public byte[] SlopeTerms;

        /// <summary>First entry of each row in SlopeTerms; made at load.</summary>
        public int[] SlopeFirst;

        /// <summary>Tensors at the output's resolution whose codes are added to the accumulator before the activation, shifted left.</summary>
        public TapInput[] Skips;

        /// <summary>[skip][row]: the left shift, 0 to 30; 255 = this row takes nothing of it.</summary>
        public byte[][] SkipShift;
    }

    /// <summary>
    /// acc[row, y, x] = Bias[row] + Σ ±2^exponent · in[channel, y·StrideY − PadTop + ky·DilationY, x·StrideX − PadLeft + kx·DilationX]
    /// over the row's taps, for grid positions y &lt; GridHeight, x &lt; GridWidth. Outside the input a channel has its zero code.
    /// The output's pixel is (y·PhaseY + phaseY, x·PhaseX + phaseX).
    /// </summary>
    public sealed class TapLayer : AccumulatorLayer
    {
        public TapInput[] Inputs;

        /// <summary>Channels of all inputs.</summary>
        public int InputChannels;

        /// <summary>Size of every input after upsampling.</summary>
        public int InputHeight;
        public int InputWidth;

        public int Groups;
        public int KernelHeight;
        public int KernelWidth;
        public int StrideY;
        public int StrideX;
        public int DilationY;
        public int DilationX;
        public int PadTop;
        public int PadLeft;
        public int GridHeight;
        public int GridWidth;
        public int PhaseY;
        public int PhaseX;

        /// <summary>Multiplications of the layer with all its weights, for one frame.</summary>
        public long DenseMacs()
        {
            return (long)InputChannels / Groups * KernelHeight * KernelWidth * Rows * GridHeight * GridWidth;
        }

        /// <summary>Where the taps begin in the blob.</summary>
        public RangeDecoder Taps;

        /// <summary>The taps decoded; null where the loader was not asked to keep them.</summary>
        public KeptTaps? Kept;

        /// <summary>Whether exponents are coded relative to the scales of the channels that are read and written.</summary>
        public bool TapsRelative;

        /// <summary>[row]: what its coded exponents are relative to; made at load, and kept even if the layer is then made to write something else.</summary>
        public int[] TapsRowBase;

        /// <summary>Least leading exponent of a weight, as it is coded.</summary>
        public int TapsLowest;

        /// <summary>How many leading exponents there are from there on, 1 to 64.</summary>
        public int TapsLevels;

        /// <summary>Signed powers of two in all rows.</summary>
        public int TapCount;

        /// <summary>Least and greatest exponent of a tap, relative to the accumulator's unit.</summary>
        public int ExponentMin;
        public int ExponentMax;
    }

    /// <summary>
    /// XNOR-popcount: both inputs and weights are single bits that stand for +1 and −1;
    /// acc[row, y, x] = Bias[row] + Σ w·in[channel, y·StrideY + ky·DilationY, x·StrideX + kx·DilationX]. Every window lies inside the input: zeros, which
    /// padding would bring, are not among its values.
    /// </summary>
    public sealed class BinaryLayer : AccumulatorLayer
    {
        public int Input;

        public int KernelHeight;
        public int KernelWidth;
        public int StrideY;
        public int StrideX;
        public int DilationY;
        public int DilationX;
        public int GridHeight;
        public int GridWidth;

        /// <summary>Bits of one row: channels of the input times KernelHeight·KernelWidth.</summary>
        public int FanIn;

        /// <summary>
        /// [row·WordsPerRow + i]: kernel index j = (channel·KernelHeight + ky)·KernelWidth + kx is bit j mod 64 of word j / 64; unused bits are 0.
        /// </summary>
        public ulong[] Weights;

        public int WordsPerRow;

        /// <summary>Whether the weight of +1 is at a row's kernel index.</summary>
        public bool IsPlus(int row, int index)
        {
            return ((Weights[row * WordsPerRow + (index >> 6)] >> (index & 63)) & 1) != 0;
        }
    }

    /// <summary>Maximum of the codes over a window; padding never wins. Input and output share scales.</summary>
    public sealed class MaxPoolLayer : Layer
    {
        public int Input;
        public int KernelHeight;
        public int KernelWidth;
        public int StrideY;
        public int StrideX;
        public int DilationY;
        public int DilationX;
        public int PadTop;
        public int PadLeft;
    }

    /// <summary>
    /// Resampling by a table, in codes: out = (Σ of four neighbours weighted by sixteenths + half) >> 8; fractions 0 for nearest.
    /// Input and output share scales.
    /// </summary>
    public sealed class ResizeLayer : Layer
    {
        /// <summary>Fractions are in units of 2^−FractionBits.</summary>
        public const int FractionBits = 4;

        public int Input;

        /// <summary>[output rows]: the upper input row.</summary>
        public short[] RowIndex;

        /// <summary>[output rows]: 0 to 15 sixteenths of the row below.</summary>
        public byte[] RowFraction;

        public short[] ColumnIndex;
        public byte[] ColumnFraction;
    }
}
