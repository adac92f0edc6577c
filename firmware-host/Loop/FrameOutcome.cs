using Barrel.Host.Cameras;
using Barrel.Host.Decision;
using Barrel.Runtime;

namespace Barrel.Host.Loop;

/// <summary>What one frame led to. The buffers belong to the loop and hold only during the call.</summary>
internal sealed class FrameOutcome
{
    public required CameraFrame Frame { get; set; }

    /// <summary>The network that saw the frame; another one may see the next.</summary>
    public required RoadNetwork Network { get; set; }

    public Mask Mask => Network.Mask;

    public FrameInput Input => Network.Input;

    public RoadDecision Decision => Network.Decision;
}

/// <summary>Looks at each frame after its decision: pictures, lines, counts.</summary>
internal interface IFrameObserver
{
    void OnFrame(FrameOutcome outcome);
}
