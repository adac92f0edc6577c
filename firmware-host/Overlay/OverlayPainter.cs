using Barrel.Host.Cameras;
using Barrel.Host.Decision;
using Barrel.Host.Loop;

namespace Barrel.Host.Overlay;

/// <summary>Draws over a frame what the network saw and what was decided. Changes the frame's pixels.</summary>
internal static class OverlayPainter
{
    public static void Paint(FrameOutcome outcome)
    {
        PaintRoad(outcome);
        PaintTrapezoid(outcome);
        PaintCorridor(outcome);
        PaintBar(outcome.Frame, outcome.Decision);
    }

    private static void PaintRoad(FrameOutcome outcome)
    {
        CameraFrame frame = outcome.Frame;
        for (int y = 0; y < outcome.Input.UsedHeight; y++)
        {
            int maskY = (int)((long)y * outcome.Mask.Height / outcome.Input.UsedHeight);
            for (int x = 0; x < outcome.Input.UsedWidth; x++)
            {
                int maskX = (int)((long)x * outcome.Mask.Width / outcome.Input.UsedWidth);
                if (outcome.Mask.IsRoad(maskX, maskY))
                    Blend(frame, outcome.Input.UsedLeft + x, outcome.Input.UsedTop + y, 40, 200, 90, 90);
            }
        }
    }

    private static void PaintTrapezoid(FrameOutcome outcome)
    {
        Trapezoid area = outcome.Decision.Area;
        for (int row = area.Top; row < area.Bottom; row++)
        {
            int left = area.Lefts[row - area.Top], right = area.Rights[row - area.Top] - 1;
            Dot(outcome, left, row, 255, 210, 40);
            Dot(outcome, right, row, 255, 210, 40);
            for (int x = left; (row == area.Top || row == area.Bottom - 1) && x <= right; x++)
                Dot(outcome, x, row, 255, 210, 40);
        }
    }

    private static void PaintCorridor(FrameOutcome outcome)
    {
        RoadDecision decision = outcome.Decision;
        for (int i = 0; i < decision.CorridorColumns.Length; i++)
        {
            if (decision.CorridorColumns[i] >= 0)
                Dot(outcome, decision.CorridorColumns[i], decision.Area.Top + i, 60, 160, 255);
        }
    }

    // A bar along the top in the state's colour: the state, the share of road, the corridor.
    private static void PaintBar(CameraFrame frame, RoadDecision decision)
    {
        int scale = Math.Max(1, frame.Height / 90);
        int bar = Math.Min(frame.Height, (PixelFont.Height + 4) * scale);
        (byte r, byte g, byte b) = decision.State switch
        {
            RoadDecision.StateClear => ((byte)30, (byte)140, (byte)60),
            RoadDecision.StateBlocked => ((byte)190, (byte)30, (byte)30),
            _ => ((byte)90, (byte)90, (byte)90),
        };
        for (int y = 0; y < bar; y++)
        {
            for (int x = 0; x < frame.Width; x++)
                Blend(frame, x, y, r, g, b, 210);
        }

        string text = $"{DecisionText.State(decision)} {decision.SharePerMille / 10}% {DecisionText.Corridor(decision)} {decision.OffsetPerMille / 10:+0;-0;0}";
        for (int i = 0; i < text.Length; i++)
            PaintCharacter(frame, text[i], ((i * (PixelFont.Width + 1)) + 3) * scale, 2 * scale, scale);
    }

    private static void PaintCharacter(CameraFrame frame, char character, int left, int top, int scale)
    {
        for (int y = 0; y < PixelFont.Height * scale; y++)
        {
            for (int x = 0; x < PixelFont.Width * scale; x++)
            {
                if (PixelFont.HasInk(character, x / scale, y / scale))
                    Blend(frame, left + x, top + y, 255, 255, 255, 255);
            }
        }
    }

    // One mask pixel, as large as it is in the frame.
    private static void Dot(FrameOutcome outcome, int maskX, int maskY, byte r, byte g, byte b)
    {
        int width = outcome.Input.UsedWidth, height = outcome.Input.UsedHeight;
        int left = (int)((long)maskX * width / outcome.Mask.Width), top = (int)((long)maskY * height / outcome.Mask.Height);
        int right = Math.Max(left + 1, (int)((maskX + 1L) * width / outcome.Mask.Width));
        int bottom = Math.Max(top + 1, (int)((maskY + 1L) * height / outcome.Mask.Height));
        for (int y = top; y < bottom; y++)
        {
            for (int x = left; x < right; x++)
                Blend(outcome.Frame, outcome.Input.UsedLeft + x, outcome.Input.UsedTop + y, r, g, b, 230);
        }
    }

    private static void Blend(CameraFrame frame, int x, int y, byte r, byte g, byte b, int opacity)
    {
        if ((uint)x >= (uint)frame.Width || (uint)y >= (uint)frame.Height)
            return;
        int at = ((y * frame.Width) + x) * 3;
        frame.Rgb[at] = Mix(frame.Rgb[at], r, opacity);
        frame.Rgb[at + 1] = Mix(frame.Rgb[at + 1], g, opacity);
        frame.Rgb[at + 2] = Mix(frame.Rgb[at + 2], b, opacity);
    }

    private static byte Mix(byte under, byte over, int opacity) => (byte)(under + ((over - under) * opacity / 255));
}
