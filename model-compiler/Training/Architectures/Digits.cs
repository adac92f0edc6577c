namespace Barrel.Compiler.Training.Architectures;

/// <summary>Handwritten digits of 28x28: small enough that a scheme of training is compared in minutes.</summary>
internal static class Digits
{
    public const int Side = 28;

    public static NetworkPlan Build(int classes)
    {
        NetworkPlan plan = new(1, Side, Side);
        PlanNode x = plan.MaxPool("pool1", plan.Convolution("conv1", plan.Input, 16, 3));
        x = plan.MaxPool("pool2", plan.Convolution("conv2", x, 32, 3));
        x = plan.Convolution("conv3", x, 32, 3);
        plan.Scores("scores", x, classes, kernel: Side / 4);
        return plan;
    }
}

/// <summary>Digits in signs alone, the input's included: 28,700 weights, which the SRAM test chip holds at once.</summary>
internal static class DigitsBinary
{
    public static NetworkPlan Build(int classes)
    {
        NetworkPlan plan = new(1, Digits.Side, Digits.Side);
        PlanNode x = plan.Valid("conv1", plan.Input, 28, 5, stride: 2, activation: Activation.Sign);
        x = plan.Valid("conv2", x, 36, 3, stride: 2, activation: Activation.Sign);
        x = plan.Valid("conv3", x, 52, 3, stride: 2, activation: Activation.Sign);
        plan.Scores("scores", x, classes, kernel: 2);
        return plan;
    }
}

/// <summary>LOGNET's experiment on CIFAR-10 (arXiv 1603.01025), pairs of 3x3 convolutions between pools, at a quarter of its widths.</summary>
internal static class VggCifar
{
    public const int Side = 32;

    public static NetworkPlan Build(int classes)
    {
        NetworkPlan plan = new(3, Side, Side);
        PlanNode x = plan.Input;
        for (int i = 1; i <= 3; i++)
        {
            int channels = 16 << i;
            x = plan.Convolution($"conv{i}a", x, channels, 3);
            x = plan.MaxPool($"pool{i}", plan.Convolution($"conv{i}b", x, channels, 3));
        }

        plan.Scores("scores", x, classes, kernel: Side / 8);
        return plan;
    }
}
