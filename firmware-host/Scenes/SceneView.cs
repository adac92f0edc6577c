namespace Barrel.Host.Scenes;

/// <summary>Where the camera is and looks at one moment, in canvas pixels, and the light of that moment.</summary>
internal sealed class SceneView
{
    public const double CameraHeightMetres = 1.45;

    /// <summary>The camera's place right of the street's middle: in the left lane.</summary>
    public const double CameraRightMetres = -1.6;

    public double Seconds;
    public double Metres;
    public double Focal;
    public double CentreX;
    public double HorizonY;

    /// <summary>Brightness of the moment, about 1.</summary>
    public double Light;

    /// <summary>What distance fades to.</summary>
    public SceneColour Haze;

    public void Look(Street street, double seconds, int width, int height)
    {
        SceneNoise noise = street.Noise;
        Seconds = seconds;
        Metres = Journey.Metres(seconds);
        street.Bend(Metres);
        Focal = width * 1.02;

        // The car pitches and yaws a little; both drift slowly with a small tremor on top.
        double tremor = (noise.Smooth(seconds * 6, 920) - 0.5) * 0.006;
        double pitch = ((noise.Smooth(seconds * 0.7, 921) - 0.5) * 0.03) + tremor;
        double yaw = (noise.Smooth(seconds * 0.5, 922) - 0.5) * 0.06;
        CentreX = (width * 0.5) - (yaw * Focal);
        HorizonY = (height * 0.44) + (pitch * Focal);
        Light = 0.86 + (0.3 * noise.Smooth(seconds * 0.25, 923));
        Haze = new SceneColour(206, 214, 222) * (0.75 + (0.25 * Light));
    }

    /// <summary>Light and haze for something so far away.</summary>
    public SceneColour Tone(SceneColour colour, double ahead) => (colour * Light).Mix(Haze, ahead / (ahead + 320));

    public double X(double rightMetres, double ahead) => CentreX + ((rightMetres - CameraRightMetres) * Focal / ahead);

    public double Y(double upMetres, double ahead) => HorizonY + ((CameraHeightMetres - upMetres) * Focal / ahead);
}
