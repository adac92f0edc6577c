using System.Text;
using Barrel.Host.Loop;

namespace Barrel.Host.Overlay;

/// <summary>The mask in a terminal: two pixels a character in 24-bit colour, or plain characters.</summary>
internal static class TerminalPicture
{
    private const string Brightness = " .:-=+*";

    /// <param name="outcome">The frame and its mask.</param>
    /// <param name="columns">Characters a line.</param>
    /// <param name="hasColour">False for plain ASCII: # is road, other characters are the frame's brightness.</param>
    public static string Draw(FrameOutcome outcome, int columns, bool hasColour)
    {
        // A character is about twice as high as wide.
        int lines = Math.Max(1, (int)((long)columns * outcome.Frame.Height / outcome.Frame.Width / 2));
        StringBuilder text = new();
        for (int line = 0; line < lines; line++)
        {
            for (int column = 0; column < columns; column++)
            {
                if (hasColour)
                {
                    (int r, int g, int b) = Colour(outcome, column, 2 * line, columns, 2 * lines);
                    (int r2, int g2, int b2) = Colour(outcome, column, (2 * line) + 1, columns, 2 * lines);
                    text.Append($"\e[38;2;{r};{g};{b}m\e[48;2;{r2};{g2};{b2}m▀");
                }
                else
                {
                    (int r, int g, int b) = Pixel(outcome, column, line, columns, lines);
                    bool isRoad = IsRoad(outcome, column, line, columns, lines);
                    text.Append(isRoad ? '#' : Brightness[(r + g + b) * (Brightness.Length - 1) / 765]);
                }
            }

            text.Append(hasColour ? "\e[0m\n" : "\n");
        }

        return text.ToString();
    }

    private static (int R, int G, int B) Colour(FrameOutcome outcome, int column, int line, int columns, int lines)
    {
        (int r, int g, int b) = Pixel(outcome, column, line, columns, lines);
        return IsRoad(outcome, column, line, columns, lines) ? ((r / 2) + 20, (g / 2) + 100, (b / 2) + 40) : (r, g, b);
    }

    private static (int R, int G, int B) Pixel(FrameOutcome outcome, int column, int line, int columns, int lines)
    {
        int x = outcome.Input.UsedLeft + (((2 * column) + 1) * outcome.Input.UsedWidth / (2 * columns));
        int y = outcome.Input.UsedTop + (((2 * line) + 1) * outcome.Input.UsedHeight / (2 * lines));
        int at = ((y * outcome.Frame.Width) + x) * 3;
        byte[] rgb = outcome.Frame.Rgb;
        return (rgb[at], rgb[at + 1], rgb[at + 2]);
    }

    private static bool IsRoad(FrameOutcome outcome, int column, int line, int columns, int lines) =>
        outcome.Mask.IsRoad(
            ((2 * column) + 1) * outcome.Mask.Width / (2 * columns), ((2 * line) + 1) * outcome.Mask.Height / (2 * lines));
}
