using Barrel.Compiler.Graphs;

namespace Barrel.Compiler.Import;

/// <summary>
/// Gemm and MatMul of one row by a constant matrix: a convolution whose kernel is the whole extent of what was flattened. A transposition
/// before the flattening permutes the weights.
/// </summary>
internal static class Gemm
{
    public static void Import(OnnxNode node, ImportContext context)
    {
        Activation a = context.Activation(node, 0);
        Constant b = context.Constant(node, 1);
        float alpha = node.Float("alpha", 1);
        float beta = node.Float("beta", 1);
        bool transposeB = node.Flag("transB", false);
        int[] aDims = node.Flag("transA", false) && a.Rank == 2 ? [a.Dims[1], a.Dims[0]] : a.Dims;
        if (aDims.Length != 2 || aDims[0] != 1 || b.Rank != 2)
            throw node.BadShape($"A of shape {a.Shape}, B of shape {b.Shape}", "supported are A of one row and B of rank 2, constant");
        int outputs = transposeB ? b.Dims[0] : b.Dims[1];
        if (aDims[1] != (transposeB ? b.Dims[1] : b.Dims[0]))
            throw node.BadShape($"A of shape {a.Shape}, B of shape {b.Shape}", "the inner dimensions are equal");
        float[] bias = context.NewWeights(node, outputs);
        bool tensorC = node.HasInput(2) && beta != 0 && context.Input(node, 2) is not Constant;
        if (node.HasInput(2) && beta != 0 && !tensorC)
        {
            float[] c = context.Floats(node, 2);
            if ((c.Length != 1 && c.Length != outputs)
                || context.Constant(node, 2).Count != context.Constant(node, 2).Dims.LastOrDefault(1))
                throw node.BadShape($"C of shape {context.Constant(node, 2).Shape}", $"supported are scalars and [1, {outputs}]");
            for (int o = 0; o < outputs; o++)
                bias[o] = beta * c[c.Length == 1 ? 0 : o];
        }
        Convolution layer = Linear(node, context, a, b, transposeB, outputs, alpha, bias,
            ImportContext.OutputName(node) + (tensorC ? ":product" : ""));
        context.Emit(node, layer, 2);
        if (tensorC)
            AddTensor(node, context, layer.Output, beta);
    }

    public static void ImportMatMul(OnnxNode node, ImportContext context)
    {
        Tensor left = context.Input(node, 0), right = context.Input(node, 1);
        if (left is not Constant && right is not Constant)
            throw node.Refused("both operands are computed by the network",
                "a product with one constant matrix (attention is not supported)");
        bool constantFirst = left is Constant;
        Activation x = context.Activation(node, constantFirst ? 1 : 0);
        Constant m = context.Constant(node, constantFirst ? 0 : 1);
        // Leading ones are batches of one.
        int leading = Math.Max(0, m.Rank - 2);
        if (m.Rank < 2 || m.Dims.AsSpan(0, leading).ContainsAnyExcept(1) || x.Rank < 2)
            throw node.BadShape($"operands of shape {left.Shape} and {right.Shape}", "supported is one row times a constant matrix");
        int rows = m.Dims[^2], columns = m.Dims[^1];
        int inner = constantFirst ? columns : rows;
        int outputs = constantFirst ? rows : columns;
        int[] dims = [.. x.Dims];
        bool fits = constantFirst ? dims[^2] == inner && dims[^1] == 1 : dims[^1] == inner;
        if (!fits || x.Count != inner)
            throw node.BadShape($"operands of shape {left.Shape} and {right.Shape}",
                "supported is one row times a constant matrix, inner dimensions equal");
        dims[constantFirst ? ^2 : ^1] = outputs;
        if (m.Rank > x.Rank)
            dims = [.. Enumerable.Repeat(1, m.Rank - x.Rank), .. dims];
        Convolution layer = Linear(node, context, x, m, constantFirst, outputs, 1, context.NewWeights(node, outputs),
            ImportContext.OutputName(node));
        context.Body.Add(layer);
        Activation flat = ImportContext.Plain(ImportContext.OutputName(node), layer.Output, 2);
        context.Set(node, 0, dims.Length == 2 ? flat : Rearranging.Reshape(flat, flat.Name, "Reshape", dims));
    }

    /// <param name="node">The ONNX node.</param>
    /// <param name="context">Body and limits.</param>
    /// <param name="x">The row, in any arrangement.</param>
    /// <param name="matrix">[n, outputs], or [outputs, n] where <paramref name="transposed"/>.</param>
    /// <param name="transposed">Which of the two.</param>
    /// <param name="outputs">Elements of the result.</param>
    /// <param name="alpha">Factor of the product.</param>
    /// <param name="bias">Added to it.</param>
    /// <param name="name">Name of the result.</param>
    private static Convolution Linear(OnnxNode node, ImportContext context, Activation x, Constant matrix, bool transposed, int outputs,
        float alpha, float[] bias, string name)
    {
        float[] from = ImportContext.Finite(matrix);
        Value body = x.Body;
        int n = (int)x.Count;
        float[] weights = context.NewWeights(node, outputs, body.ElementCount);
        int[]? map = x.InOrder ? null : Rearranging.Map(x, node, context);
        for (int o = 0; o < outputs; o++)
        {
            Span<float> row = weights.AsSpan(o * body.ElementCount, body.ElementCount);
            for (int j = 0; j < n; j++)
                row[map is null ? j : map[j]] = alpha * from[transposed ? o * n + j : j * outputs + o];
        }
        return new Convolution
        {
            Name = node.Name,
            OnnxOperator = node.Operator,
            Inputs = [body],
            Output = ImportContext.NewValue(node, name, outputs, 1, 1),
            Weights = weights,
            Bias = bias,
            KernelHeight = body.Height,
            KernelWidth = body.Width,
        };
    }

    private static void AddTensor(OnnxNode node, ImportContext context, Value product, float beta)
    {
        Activation c = context.Plain(node, 2);
        if (beta != 1)
            throw node.Unsupported("beta", beta.ToString(), "1 where the network computes C");
        if (c.Rank > 2 || c.Body.Channels != product.Channels)
            throw node.BadShape($"C of shape {c.Shape}", $"supported is [1, {product.Channels}] where the network computes C");
        context.Emit(node, new Add
        {
            Name = node.Name,
            OnnxOperator = node.Operator,
            Inputs = [product, c.Body],
            Output = ImportContext.NewValue(node, ImportContext.OutputName(node), product.Channels, 1, 1),
        }, 2);
    }
}
