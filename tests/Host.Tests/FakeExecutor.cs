using Barrel.Runtime;

namespace Barrel.Host.Tests;

/// <summary>Stands in for a network: grey pixels in the lower part of the picture are road. Can be told to fail or to hang.</summary>
internal sealed class FakeExecutor : Executor
{
    private const int Width = 80;
    private const int Height = 60;
    private const int MaskOffset = Width * Height * 3;

    public FakeExecutor()
        : base(NewModel())
    {
    }

    public override string Name => "fake";

    /// <summary>Runs before it throws; negative for never.</summary>
    public int FailsAfter { get; init; } = -1;

    /// <summary>Time of each run.</summary>
    public int RunMs { get; init; }

    public int RunCount { get; private set; }

    public override void Run()
    {
        if (RunCount == FailsAfter)
            throw new InvalidOperationException("planted failure");
        RunCount++;
        if (RunMs > 0)
            Thread.Sleep(RunMs);
        int plane = Width * Height;
        for (int i = 0; i < plane; i++)
        {
            int r = Arena[i], g = Arena[plane + i], b = Arena[(2 * plane) + i];
            bool isGrey = Math.Max(r, Math.Max(g, b)) - Math.Min(r, Math.Min(g, b)) < 24;
            Arena[MaskOffset + i] = isGrey && i >= plane / 2 ? (byte)3 : (byte)0;
        }
    }

    private static Model NewModel() => new()
    {
        Name = "fake",
        Input = new InputFormat { Width = Width, Height = Height, Channels = 3 },
        Task = Model.TaskSegmentation,
        Classes = [],
        RoadClass = 3,
        IgnoreLabel = -1,
        Tensors =
        [
            new TensorInfo { Channels = 3, Height = Height, Width = Width, Bits = 8, ArenaOffset = 0 },
            new TensorInfo { Channels = 1, Height = Height, Width = Width, Bits = 8, ArenaOffset = MaskOffset },
        ],
        Layers = [],
        InputTensor = 0,
        OutputTensors = [1],
        ArenaBytes = MaskOffset + (Width * Height),
    };
}
