using Barrel.Compiler.Graphs;

namespace Barrel.Compiler.Import;

/// <summary>DepthToSpace; the channels of DCR order are permuted to CRD by a 1×1 convolution that folds into a layer before it.</summary>
internal static class DepthToSpace
{
    public static void Import(OnnxNode node, ImportContext context)
    {
        Activation input = context.Spatial(node, 0);
        long block = node.Int("blocksize", 0);
        bool depthFirst = node.Choice("mode", "DCR", "CRD") == "DCR";
        Value body = input.Body;
        if (block is < 1 or > 256 || body.Channels % (block * block) != 0 || input.Rank != 4)
            throw node.Unsupported("blocksize", block.ToString(), $"sizes whose square divides the {body.Channels} channels");
        int b = (int)block, channels = body.Channels / (b * b);
        if (depthFirst && b > 1 && channels > 1)
        {
            var order = new int[body.Channels];
            for (int i = 0; i < order.Length; i++)
                order[i] = i % (b * b) * channels + i / (b * b);
            Value reordered = ImportContext.NewValue(node, input.Name + ":reordered", body.Channels, body.Height, body.Width);
            context.Body.Add(Rearranging.ChannelSelection(node, body, reordered, order, context));
            body = reordered;
        }
        context.Emit(node, new Graphs.DepthToSpace
        {
            Name = node.Name,
            OnnxOperator = node.Operator,
            Inputs = [body],
            Output = ImportContext.NewValue(node, ImportContext.OutputName(node), channels, (long)body.Height * b, (long)body.Width * b),
            BlockSize = b,
        }, 4);
    }
}
