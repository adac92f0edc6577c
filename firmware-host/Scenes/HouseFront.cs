namespace Barrel.Host.Scenes;

/// <summary>The texture of a house: bricks or plaster, storeys of windows, sometimes a shop.</summary>
internal static class HouseFront
{
    private const double StoreyMetres = 3;
    private const double BayMetres = 2.2;

    /// <summary>The colour at a spot, all in metres: across along the front, up above the street, height of the whole front.</summary>
    public static SceneColour Colour(SceneNoise noise, int plot, int side, double across, double up, double height, double ahead)
    {
        double kind = noise.At(plot, 960 + side);
        SceneColour wall = Wall(noise, plot, side, kind);
        double dirt = 1 + ((noise.Cloudy(across * 0.5, up * 0.5, 961) - 0.5) * 0.22);
        if (up > height - 0.45)
            return wall * (0.72 * dirt);

        int storey = SceneNoise.Floor(up / StoreyMetres);
        double inStorey = up - (storey * StoreyMetres);
        double inBay = SceneNoise.Wrap(across, BayMetres);
        if (storey == 0 && kind > 0.55)
            return Shop(noise, plot, across, inStorey, wall);

        bool isDoor = storey == 0 && noise.At(SceneNoise.Floor(across / BayMetres), 962) < 0.3;
        double sill = isDoor ? 0 : 0.9;
        if (inBay is > 0.55 and < 1.65 && inStorey > sill && inStorey < 2.45)
        {
            if (isDoor)
                return new SceneColour(70, 52, 50).Mix(new SceneColour(40, 70, 88), noise.At(SceneNoise.Floor(across / BayMetres), 963));
            bool isFrame = inBay is < 0.65 or > 1.55 || inStorey > 2.35 || inStorey < 1.0 || inBay is > 1.07 and < 1.13;
            return isFrame && ahead < 60 ? SceneColour.Grey(190) : Glass(noise, across, up);
        }

        if (kind < 0.5 && ahead < 22)
        {
            // Courses of bricks, close enough to be seen.
            double joint = SceneNoise.Wrap(up, 0.16) < 0.03 ? 0.88 : 1;
            dirt *= joint;
        }

        return wall * dirt;
    }

    private static SceneColour Wall(SceneNoise noise, int plot, int side, double kind)
    {
        double tint = noise.At(plot, 964 + side);
        return kind < 0.35 ? new SceneColour(138, 92, 74).Mix(new SceneColour(116, 84, 70), tint)
            : kind < 0.5 ? new SceneColour(176, 152, 118).Mix(new SceneColour(152, 132, 104), tint)
            : kind < 0.8 ? new SceneColour(196, 188, 170).Mix(new SceneColour(214, 206, 196), tint)
            : new SceneColour(128, 126, 122).Mix(new SceneColour(160, 154, 148), tint);
    }

    private static SceneColour Shop(SceneNoise noise, int plot, double across, double up, SceneColour wall)
    {
        if (up > 2.5)
        {
            double hue = noise.At(plot, 965);
            return hue < 0.3 ? new SceneColour(150, 44, 40) : hue < 0.6 ? new SceneColour(38, 66, 110) : new SceneColour(44, 84, 62);
        }

        return up < 0.4 || SceneNoise.Wrap(across, 2.75) < 0.25 ? wall * 0.55 : Glass(noise, across, up + 20).Mix(SceneColour.Grey(120), 0.2);
    }

    private static SceneColour Glass(SceneNoise noise, double across, double up)
    {
        double reflection = noise.Cloudy(across * 0.4, up * 0.6, 966);
        return new SceneColour(46, 54, 62).Mix(new SceneColour(150, 166, 182), SceneNoise.Ease((reflection - 0.35) * 1.6) * 0.7);
    }
}
