namespace Barrel.Host.Scenes;

/// <summary>Houses and, in the gaps, fences with trees behind: a wall along each side, found by one ray a column.</summary>
internal static class WallPainter
{
    private const double FenceMetres = 1.3;

    /// <summary>Finds the walls' depths; the ground needs them first.</summary>
    public static void Trace(SceneCanvas canvas, Street street, SceneView view)
    {
        for (int x = 0; x < canvas.Width; x++)
        {
            double slope = (x + 0.5 - view.CentreX) / view.Focal;
            double ahead = 2;
            double step = 0.25;
            while (ahead < Street.FarMetres && !IsWall(street, slope, ahead, view.Metres))
            {
                ahead += step;
                step += 0.012;
            }

            // Halving makes the edge exact where the stride was coarse.
            double low = ahead - step, high = ahead;
            for (int i = 0; ahead < Street.FarMetres && i < 7; i++)
            {
                double mid = (low + high) / 2;
                if (IsWall(street, slope, mid, view.Metres))
                    high = mid;
                else
                    low = mid;
            }

            canvas.WallDepth[x] = high;
        }
    }

    public static void Paint(SceneCanvas canvas, Street street, SceneView view)
    {
        for (int x = 0; x < canvas.Width; x++)
        {
            double ahead = canvas.WallDepth[x];
            double slope = (x + 0.5 - view.CentreX) / view.Focal;
            double right = SceneView.CameraRightMetres + (slope * ahead) - street.Middle(ahead);
            int side = right < 0 ? -1 : 1;
            double along = view.Metres + ahead;

            // A wall met well outside its line is the end of a row of houses, at a junction.
            bool isEnd = right * side > Street.WallHalf + 0.4;
            PaintColumn(canvas, street, view, x, ahead, side, along, isEnd ? right * side : along, isEnd);
        }
    }

    private static bool IsWall(Street street, double slope, double ahead, double cameraMetres)
    {
        double right = SceneView.CameraRightMetres + (slope * ahead) - street.Middle(ahead);
        return (right > Street.WallHalf || right < -Street.WallHalf) && !Street.IsJunction(cameraMetres + ahead);
    }

    private static void PaintColumn(
        SceneCanvas canvas, Street street, SceneView view, int x, double ahead, int side, double along, double texture, bool isEnd)
    {
        int plot = Street.Plot(along);
        bool isHouse = street.IsHouse(plot, side) && ahead < Street.FarMetres;
        double height = ahead < Street.FarMetres ? street.HeightMetres(plot, side) : 5;
        if (!isHouse)
            height += (street.Noise.Smooth(texture * 0.9, 950) - 0.5) * 3.4;
        int top = Math.Clamp((int)view.Y(height, ahead), 0, canvas.Height);
        int bottom = Math.Clamp((int)view.Y(0, ahead) + 1, 0, canvas.Height);
        bool isLit = street.SunFromRight == side < 0;
        double sun = isEnd ? 0.88 : isLit ? 1.05 : 0.62 + (0.3 * street.Overcast);
        for (int y = top; y < bottom; y++)
        {
            double up = SceneView.CameraHeightMetres - ((y + 0.5 - view.HorizonY) * ahead / view.Focal);
            SceneColour colour;
            byte label = SceneClass.Building;
            if (isHouse)
            {
                colour = HouseFront.Colour(street.Noise, plot, side, texture, up, height, ahead);
            }
            else if (up < FenceMetres)
            {
                colour = Fence(texture, ahead, street.Noise.At(plot, 951));
                label = SceneClass.Fence;
            }
            else
            {
                colour = Leaves(street.Noise, texture, up);
                label = SceneClass.Tree;
            }

            canvas.Set(x, y, view.Tone(colour * sun, ahead), label);
        }
    }

    private static SceneColour Fence(double texture, double ahead, double tint)
    {
        bool isGap = ahead < 40 && SceneNoise.Wrap(texture, 0.3) < 0.09;
        SceneColour board = new SceneColour(122, 98, 74).Mix(new SceneColour(96, 104, 92), tint);
        return isGap ? board * 0.55 : board;
    }

    /// <summary>Foliage: light above, dark gaps.</summary>
    public static SceneColour Leaves(SceneNoise noise, double across, double up)
    {
        double clumps = noise.Cloudy(across * 1.1, up * 1.1, 952);
        double leaves = noise.Smooth(across * 6, up * 6, 953);
        double level = 0.35 + (0.75 * clumps) + (0.3 * (leaves - 0.5)) + (0.02 * up);
        return new SceneColour(78, 98, 52) * level;
    }
}
