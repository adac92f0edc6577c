namespace Barrel.Compiler.Training.Architectures;

/// <summary>
/// Road cells for an ESP32: a grey frame of 64x48 becomes 16x12 cells of four by four pixels. Under a million adds a frame at 0.55 adds per MAC.
/// </summary>
internal static class RoadGrid
{
    public const int Height = 48;
    public const int Width = 64;

    /// <summary>Pixels a cell is wide and high.</summary>
    public const int CellSide = 4;

    public static NetworkPlan Build(int classes)
    {
        NetworkPlan plan = new(1, Height, Width);
        PlanNode cells = plan.Convolution("stem", plan.Input, 8, 3, stride: 2);
        cells = plan.Convolution("down", cells, 16, 3, stride: 2);
        cells = plan.Convolution("near", cells, 16, 3, residual: cells);
        cells = plan.Convolution("far", cells, 16, 3, dilation: 2, residual: cells);
        cells = plan.Convolution("farther", cells, 16, 3, dilation: 4, residual: cells);
        plan.Scores("logits", cells, classes);
        return plan;
    }
}

/// <summary>
/// The same cells with weights and activations ±1, for the TDNN chip. Only the first layer, which sees grey levels, is left to software. Signs have no zero to pad
/// with, so the first layer pads for all: each layer after it takes a border away, until the cells are left.
/// </summary>
internal static class RoadGridBinary
{
    /// <summary>Zeros around the frame, in pixels.</summary>
    private const int Border = 15;

    private const int Channels = 48;

    public static NetworkPlan Build(int classes)
    {
        NetworkPlan plan = new(1, RoadGrid.Height, RoadGrid.Width);
        PlanNode signs = plan.Padded("stem", plan.Input, 16, 3, Border, stride: 2, activation: Activation.Sign);
        signs = plan.Valid("half", signs, 24, 3, activation: Activation.Sign);
        signs = plan.Valid("down", signs, Channels, 2, stride: 2, activation: Activation.Sign);
        for (int i = 1; i <= 3; i++)
            signs = plan.Valid($"cells{i}", signs, Channels, 3, activation: Activation.Sign);
        plan.Scores("logits", signs, classes);
        return plan;
    }
}
