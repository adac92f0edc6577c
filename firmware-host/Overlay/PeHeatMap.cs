using System.Globalization;
using System.Text;
using Barrel.Boards;
using StbImageWriteSharp;

namespace Barrel.Host.Overlay;

/// <summary>A chip's array of processing elements (PEs) as a picture: segments from left to right in bands, the PEs of a segment from top to bottom.</summary>
internal sealed class PeHeatMap
{
    private const int PixelsMax = 1_200_000;
    private const int PeSizeMax = 6;
    private const int WidthMax = 1600;
    private const int Margin = 16;
    private const int TextScale = 2;
    private const int LineHeight = (PixelFont.Height * TextScale) + 8;

    private readonly int segments;
    private readonly int pes;
    private readonly Func<int, int, float> stepOf;
    private readonly IReadOnlyList<ChipFault> faults;

    /// <param name="segments">Of the chip.</param>
    /// <param name="pes">Of a segment.</param>
    /// <param name="stepOf">Measured step by segment and PE, 1 for a good one.</param>
    /// <param name="faults">What was called bad.</param>
    public PeHeatMap(int segments, int pes, Func<int, int, float> stepOf, IReadOnlyList<ChipFault> faults)
    {
        this.segments = segments;
        this.pes = pes;
        this.stepOf = stepOf;
        this.faults = faults;
    }

    /// <summary>Writes a PNG.</summary>
    public void WritePng(Stream stream)
    {
        int size = Math.Clamp((int)Math.Sqrt(PixelsMax / ((double)segments * pes)), 1, PeSizeMax);
        int perBand = Math.Min(segments, (int)Math.Pow(2, Math.Floor(Math.Log2(WidthMax / size))));
        int bands = (segments + perBand - 1) / perBand, bandHeight = LineHeight + (pes * size) + Margin;
        Canvas canvas = new(Math.Max(640, (2 * Margin) + (perBand * size)), Margin + (3 * LineHeight) + (bands * bandHeight));
        WriteLegend(canvas);
        for (int band = 0; band < bands; band++)
        {
            int first = band * perBand, end = Math.Min(segments, first + perBand), top = Margin + (3 * LineHeight) + (band * bandHeight);
            canvas.Text(Margin, top, string.Create(CultureInfo.InvariantCulture, $"SEGMENTS {first} - {end - 1}"), (200, 200, 200));
            top += LineHeight;
            for (int segment = first; segment < end; segment++)
                for (int pe = 0; pe < pes; pe++)
                    canvas.Fill(Margin + ((segment - first) * size), top + (pe * size), size, size, PeColours.OfStep(stepOf(segment, pe)));

            // A fault can be seen where a PE is one pixel.
            int more = size < 4 ? 1 : 0;
            foreach (ChipFault fault in faults.Where(f => f.Segment >= first && f.Segment < end))
                canvas.Fill(
                    Margin + ((fault.Segment - first) * size) - more, top + (fault.Pe * size) - more, size + (2 * more), size + (2 * more), PeColours.Of(fault.Kind));
        }

        new ImageWriter().WritePng(canvas.Rgb, canvas.Width, canvas.Height, ColorComponents.RedGreenBlue, stream);
    }

    /// <summary>For a terminal: two pixels a character in 24-bit colour, or plain letters.</summary>
    /// <param name="columns">At most so many characters a line.</param>
    /// <param name="hasColour">False for letters.</param>
    public string Draw(int columns, bool hasColour)
    {
        int perColumn = (segments + columns - 1) / columns, used = (segments + perColumn - 1) / perColumn;
        int perLine = Math.Min(4, pes);
        StringBuilder text = new();
        for (int pe = 0; pe < pes; pe += perLine)
        {
            for (int column = 0; column < used; column++)
            {
                int first = column * perColumn, end = Math.Min(segments, first + perColumn);
                if (hasColour)
                {
                    (int r, int g, int b) = ColourOf(first, end, pe, pe + (perLine / 2));
                    (int r2, int g2, int b2) = ColourOf(first, end, pe + (perLine / 2), pe + perLine);
                    text.Append(CultureInfo.InvariantCulture, $"\e[38;2;{r};{g};{b}m\e[48;2;{r2};{g2};{b2}m▀");
                }
                else
                {
                    string[] there = KindsIn(first, end, pe, pe + perLine);
                    text.Append(there.Length switch { 0 => PeColours.Good, 1 => PeColours.LetterOf(there[0]), _ => PeColours.Several });
                }
            }

            text.Append(hasColour ? "\e[0m\n" : "\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"a character: {perColumn} {(perColumn == 1 ? "segment" : "segments")} from left to right, {perLine} PEs from top to bottom; ");
        for (int i = 0; i < PeColours.Kinds.Length; i++)
        {
            (int r, int g, int b) = PeColours.Of(PeColours.Kinds[i]);
            text.Append(i == 0 ? "" : ", ");
            text.Append(hasColour ? string.Create(CultureInfo.InvariantCulture, $"\e[38;2;{r};{g};{b}m█\e[0m") : PeColours.LetterOf(PeColours.Kinds[i])).Append(' ').Append(PeColours.Names[i]);
        }

        return text.Append(hasColour ? "\n" : $", {PeColours.Several} several\n").ToString();
    }

    private (int R, int G, int B) ColourOf(int first, int end, int pe, int peEnd)
    {
        string[] there = KindsIn(first, end, pe, peEnd);
        if (there.Length > 0)
            return PeColours.Of(PeColours.Kinds.First(there.Contains));

        // Far from 1 in either way is more telling than a mean.
        float worst = 1;
        for (int segment = first; segment < end; segment++)
            for (int i = pe; i < peEnd; i++)
                if (Math.Abs(stepOf(segment, i) - 1) > Math.Abs(worst - 1))
                    worst = stepOf(segment, i);
        return PeColours.OfStep(worst);
    }

    private string[] KindsIn(int first, int end, int pe, int peEnd) =>
        [.. faults.Where(f => f.Segment >= first && f.Segment < end && f.Pe >= pe && f.Pe < peEnd).Select(f => f.Kind)];

    private void WriteLegend(Canvas canvas)
    {
        canvas.Text(Margin, Margin, string.Create(CultureInfo.InvariantCulture, $"{segments} SEGMENTS OF {pes} PES   {faults.Count} BAD"), (255, 255, 255));
        int at = Margin;
        for (int i = 0; i < PeColours.Kinds.Length; i++)
        {
            string kind = PeColours.Kinds[i], name = string.Create(CultureInfo.InvariantCulture, $"{PeColours.Names[i].ToUpperInvariant()} {faults.Count(f => f.Kind == kind)}");
            canvas.Fill(at, Margin + LineHeight, PixelFont.Height * TextScale, PixelFont.Height * TextScale, PeColours.Of(kind));
            at += 16;
            canvas.Text(at, Margin + LineHeight, name, (200, 200, 200));
            at += (name.Length + 3) * (PixelFont.Width + 1) * TextScale;
        }
    }

    private sealed class Canvas
    {
        public Canvas(int width, int height)
        {
            (Width, Height) = (width, height);
            Rgb = new byte[width * height * 3];
            Fill(0, 0, width, height, (16, 18, 22));
        }

        public int Width { get; }

        public int Height { get; }

        public byte[] Rgb { get; }

        public void Fill(int left, int top, int width, int height, (int R, int G, int B) colour)
        {
            for (int y = Math.Max(0, top); y < Math.Min(Height, top + height); y++)
                for (int x = Math.Max(0, left); x < Math.Min(Width, left + width); x++)
                {
                    int at = ((y * Width) + x) * 3;
                    (Rgb[at], Rgb[at + 1], Rgb[at + 2]) = ((byte)colour.R, (byte)colour.G, (byte)colour.B);
                }
        }

        public void Text(int left, int top, string text, (int R, int G, int B) colour)
        {
            for (int i = 0; i < text.Length; i++)
                for (int y = 0; y < PixelFont.Height; y++)
                    for (int x = 0; x < PixelFont.Width; x++)
                        if (PixelFont.HasInk(text[i], x, y))
                            Fill(left + (((i * (PixelFont.Width + 1)) + x) * TextScale), top + (y * TextScale), TextScale, TextScale, colour);
        }
    }
}
