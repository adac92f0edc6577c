namespace Barrel.Compiler.Training.Architectures;

/// <summary>
/// Road detection on a Raspberry Pi: 0.3 million weights, frames of 240x184. Plain convolutions alone, so that each layer is one tap program: three strides
/// down, context by dilation at an eighth of the size, twice up with what was seen on the way, and the last doubling by pixel shuffle.
/// </summary>
internal static class RoadLite
{
    public const int Height = 184;
    public const int Width = 240;

    /// <summary>Dilations of the context blocks: each block sees twice as far as the one before, the last ones join what the holes left apart.</summary>
    private static readonly int[] Context = [1, 2, 4, 8, 4, 2, 1];

    public static NetworkPlan Build(int classes, int height = Height, int width = Width)
    {
        NetworkPlan plan = new(3, height, width);
        PlanNode half = plan.Convolution("stem", plan.Input, 16, 3, stride: 2);
        PlanNode quarter = plan.Convolution("down2", half, 32, 3, stride: 2);
        quarter = plan.Convolution("res2", quarter, 32, 3, residual: quarter);
        PlanNode eighth = plan.Convolution("down3", quarter, 64, 3, stride: 2);
        for (int i = 0; i < Context.Length; i++)
            eighth = plan.Convolution($"ctx{i + 1}", eighth, 64, 3, dilation: Context[i], residual: eighth);
        PlanNode up = plan.Concat("cat2", quarter, plan.Upsample("up2", eighth));
        up = plan.Convolution("fuse2", up, 32, 1);
        up = plan.Convolution("dec2", up, 32, 3, residual: up);
        up = plan.Concat("cat1", half, plan.Upsample("up1", up));
        up = plan.Convolution("fuse1", up, 16, 1);
        up = plan.Convolution("dec1", up, 16, 3, residual: up);
        plan.PixelShuffle("logits", plan.Scores("head", up, 4 * classes));
        return plan;
    }
}
