namespace Barrel.Host.Scenes;

/// <summary>Everything above the horizon, until walls are painted over it.</summary>
internal static class SkyPainter
{
    public static void Paint(SceneCanvas canvas, Street street, SceneView view)
    {
        SceneColour zenith = new SceneColour(118, 158, 214).Mix(SceneColour.Grey(196), street.Overcast);
        SceneColour cloud = SceneColour.Grey(244 - (26 * street.Overcast));
        int bottom = Math.Clamp((int)view.HorizonY + 2, 0, canvas.Height);
        for (int y = 0; y < bottom; y++)
        {
            double up = (view.HorizonY - y + 2) / view.Focal;
            SceneColour air = view.Haze.Mix(zenith, SceneNoise.Ease(up * 2.2));
            double far = 1 / (up + 0.12);
            for (int x = 0; x < canvas.Width; x++)
            {
                // Clouds lie on a plane overhead and drift.
                double across = (x - view.CentreX) / view.Focal * far;
                double density = street.Noise.Cloudy((across * 1.3) + (view.Seconds * 0.05), far * 1.3, 930);
                double cover = SceneNoise.Ease((density - 0.62 + (0.3 * street.Overcast)) * 3.2);
                canvas.Set(x, y, air.Mix(cloud, cover * 0.85) * (0.8 + (0.2 * view.Light)), SceneClass.Sky);
            }
        }
    }
}
