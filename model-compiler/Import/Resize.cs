namespace Barrel.Compiler.Import;

/// <summary>Resize and Upsample, nearest and linear: every coordinate mode becomes a table of rows and columns.</summary>
internal static class Resize
{
    private static readonly string[] Modes = ["nearest", "linear", "bilinear"];

    private static readonly string[] CoordinateModes =
        ["half_pixel", "asymmetric", "pytorch_half_pixel", "align_corners", "tf_half_pixel_for_nn", "half_pixel_symmetric"];

    private static readonly string[] NearestModes = ["round_prefer_floor", "round_prefer_ceil", "floor", "ceil"];

    public static void Import(OnnxNode node, ImportContext context)
    {
        Activation input = context.Spatial(node, 0);
        bool resize = node.Operator == "Resize";
        if (resize && node.Flag("antialias", false))
            throw node.Unsupported("antialias", "1", "0");
        if (resize)
            _ = node.Choice("keep_aspect_ratio_policy", "stretch");
        bool nearest = node.Choice("mode", Modes) == "nearest";
        bool old = !resize || node.Opset < 11;
        string coordinates = old ? "asymmetric" : node.Choice("coordinate_transformation_mode", CoordinateModes);
        string rounding = old ? "floor" : node.Choice("nearest_mode", NearestModes);

        (float Scale, int Size)[] axes = Axes(node, context, input.Dims);
        for (int i = 0; i < 2; i++)
        {
            if (axes[i].Size != input.Dims[i])
                throw node.Refused("it changes the batch or the channels", "resizing of height and width");
        }
        (float Scale, int Size) y = input.Rank == 4 ? axes[2] : (1, 1), x = axes[^1];
        Graphs.Value output = ImportContext.NewValue(node, ImportContext.OutputName(node), input.Body.Channels, y.Size, x.Size);
        context.Budget.Charge(2L * ((long)y.Size + x.Size), node.Description);
        (int[] rows, float[] rowFractions) = Table(input.Body.Height, y.Size, y.Scale, nearest, coordinates, rounding, old);
        (int[] columns, float[] columnFractions) = Table(input.Body.Width, x.Size, x.Scale, nearest, coordinates, rounding, old);
        context.Emit(node, new Graphs.Resize
        {
            Name = node.Name,
            OnnxOperator = node.Operator,
            Inputs = [input.Body],
            Output = output,
            RowIndex = rows,
            RowFraction = rowFractions,
            ColumnIndex = columns,
            ColumnFraction = columnFractions,
        }, input.Rank);
    }

    private static (float Scale, int Size)[] Axes(OnnxNode node, ImportContext context, int[] dims)
    {
        int[] which = SelectedAxes(node, dims.Length);
        var result = Array.ConvertAll(dims, d => (1f, d));
        float[]? scales = node.Operator == "Upsample" && node.Opset < 9 ? node.Floats("scales")
            : node.Operator == "Upsample" || node.Opset < 11 ? context.Floats(node, 1)
            : node.HasInput(2) ? context.Floats(node, 2) : null;
        if (scales is { Length: > 0 })
        {
            if (scales.Length != which.Length || Array.Exists(scales, s => !(s > 0) || !float.IsFinite(s)))
                throw node.Unsupported("scales", $"[{string.Join(", ", scales.Take(8))}]", $"{which.Length} positive numbers");
            for (int i = 0; i < scales.Length; i++)
                result[which[i]] = (scales[i], Size(node, Math.Floor((double)dims[which[i]] * scales[i])));
            return result;
        }
        long[] sizes = node.HasInput(3) ? context.Integers(node, 3)
            : throw node.Unsupported("scales", "neither scales nor sizes", "one of them");
        if (sizes.Length != which.Length)
            throw node.Unsupported("sizes", $"{sizes.Length} sizes", which.Length.ToString());
        for (int i = 0; i < sizes.Length; i++)
        {
            int size = Size(node, sizes[i]);
            result[which[i]] = ((float)size / dims[which[i]], size);
        }
        return result;
    }

    private static int Size(OnnxNode node, double size) => size is >= 1 and <= Budget.TensorElementsMax
        ? (int)size
        : throw node.BadShape($"it resizes to {size}", $"1 to {Budget.TensorElementsMax}");

    private static int[] SelectedAxes(OnnxNode node, int rank)
    {
        if (node.Operator == "Upsample" || node.Ints("axes") is not { Length: > 0 } axes)
            return Rearranging.Indices(rank);
        int[] which = Array.ConvertAll(axes, a => (int)Math.Clamp(a < 0 ? a + rank : a, -1, rank));
        return Array.Exists(which, a => a < 0 || a >= rank) || which.Distinct().Count() != which.Length
            ? throw node.Unsupported("axes", $"[{string.Join(", ", axes.Take(8))}]", $"different axes of a tensor of rank {rank}")
            : which;
    }

    // Single precision, as ONNX Runtime computes: coordinates that fall on a tie round alike.
    private static (int[] Index, float[] Fraction) Table(int inputs, int outputs, float scale, bool nearest, string coordinates,
        string rounding, bool old)
    {
        var index = new int[outputs];
        var fraction = new float[outputs];
        for (int i = 0; i < outputs; i++)
        {
            float at = scale == 1 && inputs == outputs ? i : Coordinate(i, inputs, outputs, scale, coordinates);
            if (nearest)
            {
                double rounded = rounding switch
                {
                    // Before opset 11 there was no nearest_mode; shrinking took the next element, enlarging the one before.
                    "floor" when old && scale < 1 => Math.Ceiling(at),
                    "floor" => Math.Floor(at),
                    "ceil" => Math.Ceiling(at),
                    "round_prefer_ceil" => Math.Floor(at + 0.5),
                    _ => Math.Ceiling(at - 0.5),
                };
                index[i] = (int)Math.Clamp(rounded, 0, inputs - 1);
                continue;
            }
            at = Math.Clamp(at, 0, inputs - 1);
            index[i] = (int)at;
            fraction[i] = at - index[i];
        }
        return (index, fraction);
    }

    private static float Coordinate(int i, int inputs, int outputs, float scale, string mode)
    {
        float AtCentre() => (i + 0.5f) / scale - 0.5f;
        // Where sizes are given ONNX Runtime rounds these as the exact quotient: 1 of 2 from 7 elements is at 3.5, a tie.
        bool exact = scale == (float)outputs / inputs;
        float At(double position) => exact ? (float)(position * inputs / outputs) : (float)position / scale;
        return mode switch
        {
            "asymmetric" => At(i),
            "tf_half_pixel_for_nn" => At(i + 0.5),
            "align_corners" => outputs == 1 ? 0 : (float)i * (inputs - 1) / (outputs - 1),
            "pytorch_half_pixel" => outputs > 1 ? AtCentre() : 0,
            "half_pixel_symmetric" => inputs / 2f * (1 - outputs / (scale * inputs)) + AtCentre(),
            _ => AtCentre(),
        };
    }
}
