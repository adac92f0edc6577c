namespace Barrel.Compiler.Import;

/// <summary>
/// Kernel, strides, dilations and pads of Conv, ConvTranspose and the pools, always two-dimensional: a missing height is 1.
/// </summary>
internal sealed class SpatialAttributes
{
    // Beyond what any network uses, and small enough that no product of them overflows.
    private const long SizeMax = 1 << 16;

    /// <param name="node">The node whose attributes are read.</param>
    /// <param name="rank">Rank of its input: 4, or 3 where there is no height.</param>
    /// <param name="kernel">The kernel as the weights have it, [height, width]; null where only the attribute says it.</param>
    public SpatialAttributes(OnnxNode node, int rank, (int Height, int Width)? kernel)
    {
        int axes = rank - 2;
        (int Y, int X) declared = Pair(node, "kernel_shape", axes, 1, kernel ?? (0, 0));
        if (kernel is null && !node.HasAttribute("kernel_shape"))
            throw node.Unsupported("kernel_shape", "nothing", $"{axes} sizes");
        if (kernel is not null && declared != kernel)
            throw node.Unsupported("kernel_shape", $"{declared.Y}×{declared.X}",
                $"the weights' {kernel.Value.Height}×{kernel.Value.Width}");
        (KernelHeight, KernelWidth) = declared;
        (StrideY, StrideX) = Pair(node, "strides", axes, 1, (1, 1));
        if (Array.IndexOf(node.Import.Attributes, "dilations") >= 0)
            (DilationY, DilationX) = Pair(node, "dilations", axes, 1, (1, 1));
        AutoPad = node.Choice("auto_pad", "NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID");
        if (AutoPad == "NOTSET" && node.Ints("pads") is long[] pads)
        {
            if (pads.Length != 2 * axes || Array.Exists(pads, p => p is < 0 or > SizeMax))
                throw node.Unsupported("pads", $"[{string.Join(", ", pads)}]", $"{2 * axes} sizes of 0 to {SizeMax}");
            PadLeft = (int)pads[axes - 1];
            PadRight = (int)pads[^1];
            PadTop = axes == 2 ? (int)pads[0] : 0;
            PadBottom = axes == 2 ? (int)pads[2] : 0;
        }
    }

    public int KernelHeight { get; }

    public int KernelWidth { get; }

    public int StrideY { get; }

    public int StrideX { get; }

    public int DilationY { get; } = 1;

    public int DilationX { get; } = 1;

    public int PadTop { get; private set; }

    public int PadLeft { get; private set; }

    public int PadBottom { get; private set; }

    public int PadRight { get; private set; }

    public string AutoPad { get; }

    /// <summary>Rows from the first to the last that a kernel touches.</summary>
    public long ExtentY => (KernelHeight - 1L) * DilationY + 1;

    public long ExtentX => (KernelWidth - 1L) * DilationX + 1;

    /// <summary>Sets the pads of SAME_UPPER and SAME_LOWER so that the output has ⌈size / stride⌉ rows and columns.</summary>
    public void ResolveSamePads(int height, int width)
    {
        if (AutoPad is not ("SAME_UPPER" or "SAME_LOWER"))
            return;
        (PadTop, PadBottom) = Same(height, StrideY, ExtentY);
        (PadLeft, PadRight) = Same(width, StrideX, ExtentX);
    }

    public long OutputHeight(int height, bool ceiling = false) => Output(height, PadTop, PadBottom, ExtentY, StrideY, ceiling);

    public long OutputWidth(int width, bool ceiling = false) => Output(width, PadLeft, PadRight, ExtentX, StrideX, ceiling);

    /// <summary>Two sizes, y first; with one axis y is <paramref name="otherwise"/>'s or 1.</summary>
    public static (int Y, int X) Pair(OnnxNode node, string attribute, int axes, int minimum, (int Y, int X) otherwise)
    {
        if (node.Ints(attribute) is not long[] sizes || sizes.Length == 0)
            return otherwise;
        if (sizes.Length != axes || Array.Exists(sizes, s => s < minimum || s > SizeMax))
            throw node.Unsupported(attribute, $"[{string.Join(", ", sizes[..Math.Min(sizes.Length, 8)])}]",
                $"{axes} sizes of {minimum} to {SizeMax}");
        return (axes == 2 ? (int)sizes[0] : Math.Max(minimum, attribute == "output_padding" ? 0 : 1), (int)sizes[^1]);
    }

    private static long Output(int size, int before, int after, long extent, int stride, bool ceiling)
    {
        long room = (long)size + before + after - extent;
        if (room < 0)
            return 0;
        long count = (ceiling ? (room + stride - 1) / stride : room / stride) + 1;
        // A window that would start beyond the input and its padding before is dropped.
        return ceiling && (count - 1) * stride >= (long)size + before ? count - 1 : count;
    }

    private (int Before, int After) Same(int size, int stride, long extent)
    {
        long total = Math.Max(0, ((size + (long)stride - 1) / stride - 1) * stride + extent - size);
        var less = (int)(total / 2);
        var more = (int)(total - less);
        return AutoPad == "SAME_UPPER" ? (less, more) : (more, less);
    }
}
