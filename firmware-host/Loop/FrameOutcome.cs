using Barrel.Host.Cameras;
using Barrel.Host.Decision;
using Barrel.Runtime;

namespace Barrel.Host.Loop;

/// <summary>What one frame led to. The buffers belong to the loop and hold only during the call.</summary>
internal sealed class FrameOutcome
{
    public required CameraFrame Frame { get; set; }

    public required Mask Mask { get; init; }

    public required FrameInput Input { get; init; }

    public required RoadDecision Decision { get; init; }
}

/// <summary>Looks at each frame after its decision: pictures, lines, counts.</summary>
internal interface IFrameObserver
{
    void OnFrame(FrameOutcome outcome);
}
