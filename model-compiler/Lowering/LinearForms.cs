using Barrel.Compiler.Graphs;

namespace Barrel.Compiler.Lowering;

/// <summary>Brings linear operators to the one form of <see cref="LinearLayer"/>.</summary>
internal static class LinearForms
{
    public static LinearLayer Of(Convolution conv, Piece[] inputs, LoweredTensor output) => new()
    {
        Name = conv.Name,
        OnnxOperator = conv.OnnxOperator,
        Inputs = inputs,
        Output = output,
        Rows = output.Channels,
        Groups = conv.Groups,
        KernelHeight = conv.KernelHeight,
        KernelWidth = conv.KernelWidth,
        StrideY = conv.StrideY,
        StrideX = conv.StrideX,
        DilationY = conv.DilationY,
        DilationX = conv.DilationX,
        PadTop = conv.PadTop,
        PadLeft = conv.PadLeft,
        GridHeight = output.Height,
        GridWidth = output.Width,
        Weights = conv.Weights,
        Bias = conv.Bias,
        CountsMacs = IsMultiplication(conv.OnnxOperator),
        DenseWeights = conv.Weights.Length,
    };

    /// <summary>
    /// A transposed convolution as stride² interleaved convolutions over the input grid. Output row oy = s·m + φ sums input rows
    /// i = m + (φ + pad − ky·dilation) / s over the ky for which that is whole.
    /// </summary>
    public static LinearLayer Of(TransposedConvolution conv, Piece[] inputs, LoweredTensor output)
    {
        Axis y = new(conv.KernelHeight, conv.StrideY, conv.DilationY, conv.PadTop);
        Axis x = new(conv.KernelWidth, conv.StrideX, conv.DilationX, conv.PadLeft);
        int channels = output.Channels;
        int perGroupIn = inputs.Sum(p => p.Channels) / conv.Groups;
        int perGroupOut = channels / conv.Groups;
        int phases = conv.StrideY * conv.StrideX;
        float[] weights = new float[channels * phases * perGroupIn * y.Taps * x.Taps];
        float[] bias = new float[channels * phases];
        for (int o = 0; o < channels; o++)
            for (int py = 0; py < conv.StrideY; py++)
                for (int px = 0; px < conv.StrideX; px++)
                {
                    int row = (((o * conv.StrideY) + py) * conv.StrideX) + px;
                    bias[row] = conv.Bias[o];
                    int group = o / perGroupOut;
                    for (int c = 0; c < perGroupIn; c++)
                        for (int ky = 0; ky < conv.KernelHeight; ky++)
                            for (int kx = 0; kx < conv.KernelWidth; kx++)
                                if (y.TapOf(py, ky) is int ty && x.TapOf(px, kx) is int tx)
                                    weights[(((row * perGroupIn) + c) * y.Taps + ty) * x.Taps + tx] =
                                        conv.Weights[((((group * perGroupIn) + c) * perGroupOut + (o % perGroupOut)) * conv.KernelHeight + ky) * conv.KernelWidth + kx];
                }

        return new LinearLayer
        {
            Name = conv.Name,
            OnnxOperator = conv.OnnxOperator,
            Inputs = inputs,
            Output = output,
            Rows = channels * phases,
            Groups = conv.Groups,
            KernelHeight = y.Taps,
            KernelWidth = x.Taps,
            PadTop = -y.First,
            PadLeft = -x.First,
            GridHeight = (output.Height + conv.StrideY - 1) / conv.StrideY,
            GridWidth = (output.Width + conv.StrideX - 1) / conv.StrideX,
            PhaseY = conv.StrideY,
            PhaseX = conv.StrideX,
            Weights = weights,
            Bias = bias,
            CountsMacs = true,
            DenseWeights = conv.Weights.Length,
        };
    }

    /// <summary>scale[c]·(a + b)[c] + bias[c], as taps on both.</summary>
    public static LinearLayer SumOfTwo(Node node, Piece[] a, Piece[] b, float[] scale, float[] bias, LoweredTensor output)
    {
        int channels = output.Channels;
        float[] weights = new float[channels * 2 * channels];
        for (int c = 0; c < channels; c++)
            weights[(c * 2 * channels) + c] = weights[(c * 2 * channels) + channels + c] = scale[c];
        return new LinearLayer
        {
            Name = node.Name,
            OnnxOperator = node.OnnxOperator,
            Inputs = [.. a, .. b],
            Output = output,
            Rows = channels,
            Groups = 1,
            KernelHeight = 1,
            KernelWidth = 1,
            GridHeight = output.Height,
            GridWidth = output.Width,
            Weights = weights,
            Bias = bias,
            DenseWeights = 2 * channels,
        };
    }

    /// <summary>A copy: what an activation without a linear layer before it hangs on.</summary>
    public static LinearLayer Identity(string name, string onnxOperator, Piece[] inputs, LoweredTensor output)
    {
        float[] ones = new float[output.Channels];
        Array.Fill(ones, 1f);
        return new LinearLayer
        {
            Name = name,
            OnnxOperator = onnxOperator,
            Inputs = inputs,
            Output = output,
            Rows = output.Channels,
            Groups = output.Channels,
            KernelHeight = 1,
            KernelWidth = 1,
            GridHeight = output.Height,
            GridWidth = output.Width,
            Weights = ones,
            Bias = new float[output.Channels],
            DenseWeights = output.Channels,
        };
    }

    private static bool IsMultiplication(string onnxOperator) => onnxOperator is "Conv" or "Gemm" or "MatMul";

    /// <summary>One axis of a transposed convolution: which input offsets its phases reach.</summary>
    private readonly struct Axis
    {
        private readonly int _stride;
        private readonly int _dilation;
        private readonly int _pad;

        public Axis(int kernel, int stride, int dilation, int pad)
        {
            _stride = stride;
            _dilation = dilation;
            _pad = pad;
            int first = int.MaxValue;
            int last = int.MinValue;
            for (int phase = 0; phase < stride; phase++)
                for (int k = 0; k < kernel; k++)
                    if (OffsetOf(phase, k) is int offset)
                    {
                        first = Math.Min(first, offset);
                        last = Math.Max(last, offset);
                    }

            First = first;
            Taps = last - first + 1;
        }

        public int First { get; }

        public int Taps { get; }

        public int? TapOf(int phase, int k) => OffsetOf(phase, k) - First;

        private int? OffsetOf(int phase, int k)
        {
            int at = phase + _pad - (k * _dilation);
            return at % _stride == 0 ? at / _stride : null;
        }
    }
}
