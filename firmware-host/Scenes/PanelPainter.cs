namespace Barrel.Host.Scenes;

/// <summary>Projects panels onto the canvas, farther ones first.</summary>
internal static class PanelPainter
{
    private const double NearMetres = 1.2;

    public static void Paint(SceneCanvas canvas, Street street, SceneView view, Panel panel)
    {
        if (panel.AheadA < NearMetres && panel.AheadB < NearMetres)
            return;
        if (panel.AheadA < NearMetres)
            Clip(ref panel.AheadA, ref panel.RightA, panel.AheadB, panel.RightB);
        if (panel.AheadB < NearMetres)
            Clip(ref panel.AheadB, ref panel.RightB, panel.AheadA, panel.RightA);
        double xA = view.X(panel.RightA + street.Middle(panel.AheadA), panel.AheadA);
        double xB = view.X(panel.RightB + street.Middle(panel.AheadB), panel.AheadB);
        if (xA > xB)
        {
            (xA, xB) = (xB, xA);
            (panel.AheadA, panel.AheadB) = (panel.AheadB, panel.AheadA);
            (panel.RightA, panel.RightB) = (panel.RightB, panel.RightA);
        }

        int first = Math.Clamp((int)(xA + 0.5), 0, canvas.Width);
        int last = Math.Clamp((int)(xB + 0.5), 0, canvas.Width);
        double width = xB - xA < 0.001 ? 0.001 : xB - xA;
        for (int x = first; x < last; x++)
        {
            // Depth is linear in its inverse across the picture.
            double f = (x + 0.5 - xA) / width;
            double inverse = SceneNoise.Mix(1 / panel.AheadA, 1 / panel.AheadB, f);
            double ahead = 1 / inverse;
            if (ahead > canvas.WallDepth[x])
                continue;
            double across = panel.AheadA == panel.AheadB
                ? f
                : Math.Clamp((ahead - panel.AheadA) / (panel.AheadB - panel.AheadA), 0, 1);
            PaintColumn(canvas, street, view, panel, x, ahead, across);
        }
    }

    /// <summary>A soft dark patch under something: right ± half, ahead ± half, in metres.</summary>
    public static void Shadow(SceneCanvas canvas, Street street, SceneView view, double ahead, double right, double halfLong, double halfWide)
    {
        double far = ahead + halfLong, near = ahead - halfLong < NearMetres ? NearMetres : ahead - halfLong;
        if (far <= near)
            return;
        int top = Math.Clamp((int)view.Y(0, far), 0, canvas.Height);
        int bottom = Math.Clamp((int)view.Y(0, near), 0, canvas.Height);
        for (int y = top; y < bottom; y++)
        {
            double z = view.Focal * SceneView.CameraHeightMetres / (y + 0.5 - view.HorizonY);
            if (z <= 0)
                continue;
            double middle = right + street.Middle(z);
            int first = Math.Clamp((int)view.X(middle - halfWide, z), 0, canvas.Width);
            int last = Math.Clamp((int)view.X(middle + halfWide, z), 0, canvas.Width);
            double v = (z - ahead) / halfLong;
            for (int x = first; x < last; x++)
            {
                if (z > canvas.WallDepth[x])
                    continue;
                double u = ((x + 0.5 - view.CentreX) * z / view.Focal) + SceneView.CameraRightMetres - middle;
                u /= halfWide;
                double edge = (u * u * u * u) + (v * v * v * v);
                canvas.Shade(x, y, 1 - (0.6 * SceneNoise.Ease((1 - edge) * 1.6)));
            }
        }
    }

    private static void PaintColumn(
        SceneCanvas canvas, Street street, SceneView view, Panel panel, int x, double ahead, double across)
    {
        int top = Math.Clamp((int)(view.Y(panel.TopMetres, ahead) + 0.5), 0, canvas.Height);
        int bottom = Math.Clamp((int)(view.Y(panel.BottomMetres, ahead) + 0.5), 0, canvas.Height);
        double sun = 0.72 + (0.28 * street.Sunlight(view.Metres + ahead, panel.RightA));
        for (int y = top; y < bottom; y++)
        {
            double up = SceneView.CameraHeightMetres - ((y + 0.5 - view.HorizonY) * ahead / view.Focal);
            double height = (up - panel.BottomMetres) / (panel.TopMetres - panel.BottomMetres);
            if (PanelTexture.TryColour(street.Noise, panel, across, height, out SceneColour colour, out byte label))
                canvas.Set(x, y, view.Tone(colour * sun, ahead), label);
        }
    }

    private static void Clip(ref double ahead, ref double right, double otherAhead, double otherRight)
    {
        double f = (NearMetres - ahead) / (otherAhead - ahead);
        right = SceneNoise.Mix(right, otherRight, f);
        ahead = NearMetres;
    }
}
