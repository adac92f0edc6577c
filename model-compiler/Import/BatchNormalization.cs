using Barrel.Runtime;

namespace Barrel.Compiler.Import;

/// <summary>BatchNormalization in inference form: a scale and an offset by channel. Folding into a layer before is a later pass.</summary>
internal static class BatchNormalization
{
    public static void Import(OnnxNode node, ImportContext context)
    {
        Activation input = context.Plain(node, 0);
        if (node.Flag("training_mode", false))
            throw node.Unsupported("training_mode", "1", "0");
        if (!node.Flag("spatial", true))
            throw node.Unsupported("spatial", "0", "1");
        float epsilon = node.Float("epsilon", 1e-5f);
        int channels = input.Body.Channels;
        float[] gamma = Parameter(node, context, 1, channels), beta = Parameter(node, context, 2, channels);
        float[] mean = Parameter(node, context, 3, channels), variance = Parameter(node, context, 4, channels);
        float[] scale = context.NewWeights(node, channels), offset = context.NewWeights(node, channels);
        for (int c = 0; c < channels; c++)
        {
            double s = gamma[c] / Math.Sqrt((double)variance[c] + epsilon);
            scale[c] = (float)s;
            offset[c] = (float)(beta[c] - mean[c] * s);
            if (!float.IsFinite(scale[c]) || !float.IsFinite(offset[c]))
                throw new BarrelException(ImportErrors.NonFinite,
                    $"{node.Description}: variance {variance[c]} and epsilon {epsilon} of channel {c} " +
                    $"('{OnnxNode.Printable(node.Inputs[4])}') give no finite scale: their sum is positive");
        }
        Graphs.Value output = ImportContext.NewValue(node, ImportContext.OutputName(node), channels, input.Body.Height, input.Body.Width);
        context.Emit(node, ImportContext.Depthwise(node, input.Body, output, scale, offset), input.Rank);
    }

    private static float[] Parameter(OnnxNode node, ImportContext context, int index, int channels)
    {
        float[] values = context.Floats(node, index);
        return values.Length == channels
            ? values
            : throw node.BadShape($"input {index} has {values.Length} elements for {channels} channels", $"{channels} elements");
    }
}
