using Barrel.Runtime;

namespace Barrel.Compiler.Lowering;

/// <summary>
/// A tensor that will exist in the arena, [channels, height, width], with the grid that the quantizer gives it:
/// value = (code − Zeros[c])·2^ScaleExponents[c].
/// </summary>
public sealed class LoweredTensor(string name, int channels, int height, int width)
{
    public string Name { get; } = name;

    public int Channels { get; } = channels;

    public int Height { get; } = height;

    public int Width { get; } = width;

    public int Area => Height * Width;

    public int ElementCount => Channels * Height * Width;

    /// <summary>1 to 8, or 32 for raw sums.</summary>
    public int Bits { get; set; } = 8;

    public int[] ScaleExponents { get; set; } = new int[channels];

    public int[] Zeros { get; set; } = new int[channels];

    /// <summary>Zero and powers of two instead of steps, from one zero for all channels: see <see cref="LogCode"/>.</summary>
    public bool IsLog { get; set; }

    /// <summary>Greatest code that is written. Signed log codes reach as far above their zero as below.</summary>
    public int CodeMax => IsLog ? Math.Min((1 << Bits) - 1, Zeros[0] == 0 ? LogCode.ExponentsMax : 2 * Zeros[0]) : (1 << Bits) - 1;

    /// <summary>What the greatest code that the bits allow counts as in a sum; the loader reckons with that.</summary>
    public int LevelMax => LevelOf(0, (1 << Bits) - 1);

    /// <summary>What a code counts as in a sum: value = (level − level of the zero)·2^exponent.</summary>
    public int LevelOf(int channel, int code) => IsLog ? LogCode.LevelOf(code, Zeros[channel]) : code;

    /// <summary>Level of the value zero.</summary>
    public int ZeroLevelOf(int channel) => LevelOf(channel, Zeros[channel]);

    /// <summary>
    /// The network's input only: value = (code − Subtract[c])·Multiply[c], factors that no power of two gives; layers that read it fold them into
    /// their weights. Null elsewhere.
    /// </summary>
    public float[]? Subtract { get; set; }

    public float[]? Multiply { get; set; }

    /// <summary>A tensor of single bits that stand for +1 and −1.</summary>
    public bool IsBinary { get; set; }

    public override string ToString() => $"{Name} [{Channels}, {Height}, {Width}]";
}

/// <summary>Channels of a tensor, read 2^n times each way (nearest upsampling).</summary>
public readonly record struct Piece(LoweredTensor Tensor, int First, int Channels, int UpsampleShiftY = 0, int UpsampleShiftX = 0);

/// <summary>What leaves a layer.</summary>
public enum WriteOut
{
    /// <summary>Codes of the output's grid.</summary>
    Codes,

    /// <summary>32-bit sums, all rows in one unit.</summary>
    Raw,

    /// <summary>Index of the greatest row.</summary>
    ArgMax,

    /// <summary>1 where the value reaches <see cref="LinearLayer.Threshold"/>, else 0.</summary>
    Threshold,
}

/// <summary>One step of the lowered network.</summary>
public abstract class LoweredLayer
{
    public required string Name { get; init; }

    public required string OnnxOperator { get; init; }

    public required LoweredTensor Output { get; set; }

    /// <summary>Every tensor that the layer reads.</summary>
    public abstract IEnumerable<LoweredTensor> Reads { get; }
}

/// <summary>
/// A linear layer with everything that its write-out does: skips, slopes, clamp, the output's grid. Row r is output channel r / phases at phase r mod phases;
/// weights are [rows, inputs / groups, kernelHeight, kernelWidth] over the grid positions, as in <c>TapLayer</c>.
/// </summary>
public sealed class LinearLayer : LoweredLayer
{
    public required Piece[] Inputs { get; init; }

    public required int Rows { get; init; }

    public required int Groups { get; init; }

    public required int KernelHeight { get; init; }

    public required int KernelWidth { get; init; }

    public int StrideY { get; init; } = 1;

    public int StrideX { get; init; } = 1;

    public int DilationY { get; init; } = 1;

    public int DilationX { get; init; } = 1;

    public int PadTop { get; init; }

    public int PadLeft { get; init; }

    public required int GridHeight { get; init; }

    public required int GridWidth { get; init; }

    public int PhaseY { get; set; } = 1;

    public int PhaseX { get; set; } = 1;

    public required float[] Weights { get; set; }

    public required float[] Bias { get; set; }

    /// <summary>Tensors at the output's resolution that are added before the activation.</summary>
    public List<Piece> Skips { get; } = [];

    /// <summary>Null: linear. Else slopes of the negative side, one or one a channel (0: ReLU).</summary>
    public float[]? Slopes { get; set; }

    public float Minimum { get; set; } = float.NegativeInfinity;

    public float Maximum { get; set; } = float.PositiveInfinity;

    /// <summary>+1 where the value is at least 0, else −1: the output is binary.</summary>
    public bool Sign { get; set; }

    /// <summary>The grid that the network was trained on, if it was.</summary>
    public Graphs.ActivationGrid? Grid { get; set; }

    public WriteOut WriteOut { get; set; }

    /// <summary>For <see cref="WriteOut.Threshold"/>.</summary>
    public float Threshold { get; set; }

    /// <summary>Whether its multiplications count as the network's (Conv, ConvTranspose, Gemm, MatMul do; scales, pools and copies do not).</summary>
    public bool CountsMacs { get; init; }

    public int Phases => PhaseY * PhaseX;

    public int InputChannels => Inputs.Sum(p => p.Channels);

    public int InputHeight => Inputs[0].Tensor.Height << Inputs[0].UpsampleShiftY;

    public int InputWidth => Inputs[0].Tensor.Width << Inputs[0].UpsampleShiftX;

    /// <summary>Weights of a row.</summary>
    public int FanIn => InputChannels / Groups * KernelHeight * KernelWidth;

    /// <summary>Multiplications for one frame.</summary>
    public long Macs => CountsMacs ? (long)DenseWeights * GridHeight * GridWidth : 0;

    /// <summary>Rows × fan-in, without the zeros that transposition puts between a phase's weights.</summary>
    public int DenseWeights { get; init; }

    public override IEnumerable<LoweredTensor> Reads => Inputs.Concat(Skips).Select(p => p.Tensor);
}

/// <summary>Maximum over a window of codes; the output shares the input's grid.</summary>
public sealed class PoolLayer : LoweredLayer
{
    public required LoweredTensor Input { get; init; }

    public required Graphs.MaxPool Window { get; init; }

    public override IEnumerable<LoweredTensor> Reads => [Input];
}

/// <summary>Resampling by a table; the output shares the input's grid.</summary>
public sealed class ResampleLayer : LoweredLayer
{
    public required LoweredTensor Input { get; init; }

    public required Graphs.Resize Table { get; init; }

    public override IEnumerable<LoweredTensor> Reads => [Input];
}

/// <summary>A graph in the form that the quantizer works on: few fused layers over the tensors that will exist.</summary>
public sealed class LoweredNetwork
{
    public required LoweredTensor Input { get; init; }

    public required List<LoweredLayer> Layers { get; init; }

    public required List<LoweredTensor> Outputs { get; init; }

    public List<string> Remarks { get; } = [];

    public long Macs => Layers.OfType<LinearLayer>().Sum(l => l.Macs);

    /// <summary>Elements of the tensors that are needed at the same time, at most.</summary>
    public long LiveElementsMax
    {
        get
        {
            Dictionary<LoweredTensor, int> lastRead = [];
            for (int i = 0; i < Layers.Count; i++)
                foreach (LoweredTensor tensor in Layers[i].Reads)
                    lastRead[tensor] = i;
            long live = Input.ElementCount;
            long most = live;
            for (int i = 0; i < Layers.Count; i++)
            {
                live += Layers[i].Output.ElementCount;
                most = Math.Max(most, live);
                live -= Layers[i].Reads.Distinct().Where(t => lastRead[t] == i).Sum(t => (long)t.ElementCount);
            }

            return most;
        }
    }
}
