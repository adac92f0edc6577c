namespace Barrel.Host.Scenes;

/// <summary>Road, markings, kerb and pavement: every pixel below the horizon is a ray onto the ground.</summary>
internal static class GroundPainter
{
    public static void Paint(SceneCanvas canvas, Street street, SceneView view)
    {
        int top = Math.Clamp((int)view.HorizonY + 1, 0, canvas.Height);
        for (int y = top; y < canvas.Height; y++)
        {
            double ahead = view.Focal * SceneView.CameraHeightMetres / (y + 0.5 - view.HorizonY);
            if (ahead <= 0 || ahead > 900)
                ahead = 900;
            double metresPerPixel = ahead / view.Focal;
            double along = view.Metres + ahead;
            double left = SceneView.CameraRightMetres - street.Middle(ahead);
            for (int x = 0; x < canvas.Width; x++)
            {
                // Behind a wall nothing of the ground is seen.
                if (ahead > canvas.WallDepth[x])
                    continue;
                double right = ((x + 0.5 - view.CentreX) * metresPerPixel) + left;
                byte label = Class(right, along);
                SceneColour colour = label == SceneClass.Road
                    ? Road(street, right, along, ahead)
                    : Pavement(street, right, along, ahead);
                canvas.Set(x, y, view.Tone(colour * street.Sunlight(along, right), ahead), label);
            }
        }
    }

    private static byte Class(double right, double along) =>
        right is < Street.RoadHalf and > -Street.RoadHalf || Street.IsJunction(along) ? SceneClass.Road : SceneClass.Pavement;

    private static SceneColour Road(Street street, double right, double along, double ahead)
    {
        SceneNoise noise = street.Noise;
        double side = right < 0 ? -right : right;
        double marking = Marking(street, right, side, along);
        if (marking > 0)
        {
            double worn = 0.35 + (0.6 * noise.Smooth(right * 7, along * 3, 940));
            bool isYellow = side > 3 && Journey.ToJunction(along) > Journey.JunctionHalfMetres + 1;
            SceneColour paint = isYellow ? new SceneColour(196, 178, 96) : SceneColour.Grey(206);
            return Asphalt(noise, right, side, along, ahead).Mix(paint, worn * marking);
        }

        return Asphalt(noise, right, side, along, ahead);
    }

    private static SceneColour Asphalt(SceneNoise noise, double right, double side, double along, double ahead)
    {
        // Fine grain near by only: far away it would glitter.
        double fine = ahead < 14 ? (noise.Smooth(right * 22, along * 22, 941) - 0.5) * 26 * (1 - (ahead / 14)) : 0;
        double patches = (noise.Cloudy(right * 0.7, along * 0.22, 942) - 0.5) * 30;
        double repair = noise.At(SceneNoise.Floor((along + 500) / 9), 943 + SceneNoise.Floor(right / 2.1)) < 0.14 ? -13 : 0;

        // Wheels polish two tracks a lane; oil darkens the lane's middle.
        double lane = side - 2.1;
        double fromTrack = (lane < 0 ? -lane : lane) - 0.75;
        double track = 8 * (1 - SceneNoise.Ease((fromTrack < 0 ? -fromTrack : fromTrack) * 2.4));
        double gutter = 16 * SceneNoise.Ease((side - 3.9) * 2.2);
        double level = 112 + (26 * (noise.At(4, 77) - 0.5)) + fine + patches + repair + track - gutter;
        return new SceneColour(level * 1.0, level * 0.995, level * (0.99 + (0.05 * noise.At(5, 77))));
    }

    // How much of this spot is paint.
    private static double Marking(Street street, double right, double side, double along)
    {
        double toJunction = Journey.ToJunction(along);
        if (toJunction < Journey.JunctionHalfMetres)
            return 0;
        if (toJunction < Journey.JunctionHalfMetres + 0.9)
            return toJunction > Journey.JunctionHalfMetres + 0.5 && side < Street.RoadHalf - 0.4 && right < 0 ? 1 : 0;

        if (side < 0.08)
            return SceneNoise.Wrap(along, 6) < 3.6 ? 1 : 0;

        bool hasEdgeLine = street.Noise.At(SceneNoise.Floor(along / 60), 944) < 0.6;
        return hasEdgeLine && (side is > 4.02 and < 4.1 || side is > 3.82 and < 3.9) ? 0.8 : 0;
    }

    private static SceneColour Pavement(Street street, double right, double along, double ahead)
    {
        SceneNoise noise = street.Noise;
        double side = right < 0 ? -right : right;
        if (side < Street.KerbHalf)
            return SceneColour.Grey(172 + (20 * noise.At(SceneNoise.Floor(along), 945)));

        double level = 152 + (28 * (noise.At(6, 77) - 0.5)) + ((noise.Cloudy(right, along * 0.5, 946) - 0.5) * 34);
        if (ahead < 25)
        {
            double jointX = SceneNoise.Wrap(side, 0.6), jointY = SceneNoise.Wrap(along, 0.9);
            if (jointX < 0.035 || jointY < 0.05)
                level -= 28 * (1 - (ahead / 25));
            level += (noise.At(SceneNoise.Floor(side / 0.6), SceneNoise.Floor(along / 0.9)) - 0.5) * 14;
        }

        return new SceneColour(level * 1.02, level * 0.98, level * 0.93);
    }
}
