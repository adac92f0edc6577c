namespace Barrel.Host.Cameras;

/// <summary>
/// Where the samples of a picture lie in its bytes. Packed, planar and half-planar pictures differ in these numbers alone, so one loop reads
/// them all.
/// </summary>
internal readonly record struct YuvLayout
{
    public required int Width { get; init; }

    public required int Height { get; init; }

    /// <summary>Index of the first luma sample, bytes to the next in its row, bytes to the row below.</summary>
    public int LumaOffset { get; init; }

    public required int LumaStep { get; init; }

    public required int LumaStride { get; init; }

    /// <summary>Index of the first sample of blueness (U, Cb) and of redness (V, Cr).</summary>
    public int BlueOffset { get; init; }

    public int RedOffset { get; init; }

    public int ChromaStep { get; init; }

    public int ChromaStride { get; init; }

    /// <summary>Log2 of how many pixels share a chroma sample, in a row and in a column.</summary>
    public int ChromaShiftX { get; init; }

    public int ChromaShiftY { get; init; }

    public bool IsMono { get; init; }

    /// <summary>Luma 0..255 and not 16..235.</summary>
    public bool IsFullRange { get; init; }

    /// <summary>Bytes from the first to the last sample.</summary>
    public int ByteCount
    {
        get
        {
            int luma = LumaOffset + ((Height - 1) * LumaStride) + ((Width - 1) * LumaStep);
            int chroma = Math.Max(BlueOffset, RedOffset) + (((Height - 1) >> ChromaShiftY) * ChromaStride) + (((Width - 1) >> ChromaShiftX) * ChromaStep);
            return 1 + (IsMono ? luma : Math.Max(luma, chroma));
        }
    }

    /// <summary>Four bytes for two pixels: YUYV, UYVY and their like.</summary>
    /// <param name="strideBytes">From row to row.</param>
    public static YuvLayout Packed(int width, int height, int strideBytes, int lumaOffset, int blueOffset, int redOffset) => new()
    {
        Width = width,
        Height = height,
        LumaOffset = lumaOffset,
        LumaStep = 2,
        LumaStride = strideBytes,
        BlueOffset = blueOffset,
        RedOffset = redOffset,
        ChromaStep = 4,
        ChromaStride = strideBytes,
        ChromaShiftX = 1,
    };

    /// <summary>A plane of luma, then one of chroma in pairs, blue first, a pair for two by two pixels: NV12.</summary>
    /// <param name="strideBytes">From row to row, of both planes.</param>
    public static YuvLayout HalfPlanar(int width, int height, int strideBytes) => new()
    {
        Width = width,
        Height = height,
        LumaStep = 1,
        LumaStride = strideBytes,
        BlueOffset = strideBytes * height,
        RedOffset = (strideBytes * height) + 1,
        ChromaStep = 2,
        ChromaStride = strideBytes,
        ChromaShiftX = 1,
        ChromaShiftY = 1,
    };

    /// <summary>Three planes, blue before red; a chroma sample for two by two pixels: I420.</summary>
    /// <param name="strideBytes">From row to row of luma, even; of chroma half as much.</param>
    public static YuvLayout Planar420(int width, int height, int strideBytes)
    {
        int blue = strideBytes * height, chromaStride = strideBytes / 2;
        return new()
        {
            Width = width,
            Height = height,
            LumaStep = 1,
            LumaStride = strideBytes,
            BlueOffset = blue,
            RedOffset = blue + (chromaStride * ((height + 1) / 2)),
            ChromaStep = 1,
            ChromaStride = chromaStride,
            ChromaShiftX = 1,
            ChromaShiftY = 1,
        };
    }

    /// <summary>A byte a pixel.</summary>
    /// <param name="strideBytes">From row to row.</param>
    public static YuvLayout Grey(int width, int height, int strideBytes) => new()
    {
        Width = width,
        Height = height,
        LumaStep = 1,
        LumaStride = strideBytes,
        IsMono = true,
    };

    /// <summary>Samples to RGB24, by BT.601.</summary>
    /// <param name="samples">At least <see cref="ByteCount"/> bytes.</param>
    /// <param name="rgb">Takes width · height · 3 bytes, rows without gaps.</param>
    public void ToRgb(ReadOnlySpan<byte> samples, Span<byte> rgb)
    {
        YuvMatrix matrix = YuvMatrix.Of(IsFullRange);
        for (int y = 0; y < Height; y++)
        {
            ReadOnlySpan<byte> luma = samples[(LumaOffset + (y * LumaStride))..];
            Span<byte> row = rgb.Slice(y * Width * 3, Width * 3);
            int chroma = (y >> ChromaShiftY) * ChromaStride;
            if (IsMono)
                matrix.GreyRow(luma, LumaStep, row);
            else
                matrix.ColourRow(luma, LumaStep, samples[(BlueOffset + chroma)..], samples[(RedOffset + chroma)..], ChromaStep, ChromaShiftX, row);
        }
    }
}
