namespace Barrel.Host.Scenes;

/// <summary>What is seen at a spot of a panel: across 0 (left) to 1, height 0 (bottom) to 1.</summary>
internal static class PanelTexture
{
    private static readonly SceneColour Glass = new(40, 46, 54);
    private static readonly SceneColour Tyre = new(26, 26, 28);
    private static readonly SceneColour Skin = new(186, 144, 120);

    /// <summary>False where the panel is empty.</summary>
    public static bool TryColour(SceneNoise noise, in Panel panel, double across, double height, out SceneColour colour, out byte label)
    {
        label = SceneClass.Car;
        switch (panel.Kind)
        {
            case PanelKind.CarRear:
            case PanelKind.CarFront:
                return CarEnd(Paint(noise, panel.Variant), panel.Kind == PanelKind.CarRear, across, height, out colour);
            case PanelKind.CarSide:
                return CarSide(Paint(noise, panel.Variant), across, height, out colour);
            case PanelKind.BusSide:
            case PanelKind.BusRear:
                return Bus(noise, panel.Variant, panel.Kind == PanelKind.BusSide, across, height, out colour);
            case PanelKind.Person:
                label = SceneClass.Pedestrian;
                return Person(noise, panel.Variant, across, height, out colour);
            case PanelKind.Cyclist:
                label = SceneClass.Bicyclist;
                return Cyclist(noise, panel.Variant, across, height, out colour);
            case PanelKind.Sign:
                label = SceneClass.Sign;
                return Sign(noise, panel.Variant, across, height, out colour);
            case PanelKind.Crown:
                label = SceneClass.Tree;
                return Crown(noise, panel.Variant, across, height, out colour);
            default:
                label = SceneClass.Pole;
                colour = SceneColour.Grey(78 + (40 * across));
                return true;
        }
    }

    private static SceneColour Paint(SceneNoise noise, int variant)
    {
        double pick = noise.At(variant, 970);
        double shade = 0.8 + (0.4 * noise.At(variant, 971));
        SceneColour paint = pick < 0.25 ? new SceneColour(168, 172, 178)
            : pick < 0.45 ? new SceneColour(46, 48, 54)
            : pick < 0.6 ? new SceneColour(48, 66, 112)
            : pick < 0.75 ? new SceneColour(140, 34, 34)
            : pick < 0.9 ? new SceneColour(212, 212, 208)
            : new SceneColour(52, 84, 66);
        return paint * shade;
    }

    private static bool CarEnd(SceneColour paint, bool isRear, double across, double height, out SceneColour colour)
    {
        double side = across < 0.5 ? 0.5 - across : across - 0.5;
        colour = paint * (0.75 + (0.3 * height));

        // The cabin is narrower than the body.
        double cabin = (height - 0.6) / 0.4;
        if (cabin > 0 && side > 0.47 - (0.12 * cabin * cabin) - (0.02 * cabin))
            return false;
        if (height < 0.16)
        {
            colour = Tyre;
            return side > 0.32;
        }

        if (height < 0.28)
            colour = paint * 0.45;
        else if (cabin is > 0.08 and < 0.82 && side < 0.4 - (0.1 * cabin))
            colour = Glass.Mix(SceneColour.Grey(150), 0.35 * cabin);
        else if (height is > 0.42 and < 0.56 && side > 0.36)
            colour = isRear ? new SceneColour(176, 30, 26) : new SceneColour(236, 236, 222);
        else if (height is > 0.3 and < 0.38 && side < 0.14)
            colour = isRear ? new SceneColour(214, 190, 84) : SceneColour.Grey(226);
        return true;
    }

    private static bool CarSide(SceneColour paint, double across, double height, out SceneColour colour)
    {
        colour = paint * (0.6 + (0.35 * height));
        double cabin = (height - 0.6) / 0.4;
        if (cabin > 0 && (across < 0.1 + (0.16 * cabin) || across > 0.82 - (0.12 * cabin)))
            return false;

        double wheelA = across - 0.2, wheelB = across - 0.8;
        double fromWheel = wheelA * wheelA < wheelB * wheelB ? wheelA : wheelB;
        double up = (height - 0.2) * 0.36;
        double radius = (fromWheel * fromWheel) + (up * up);
        if (radius < 0.0062)
        {
            colour = radius < 0.002 ? SceneColour.Grey(120) : Tyre;
            return true;
        }

        if (height < 0.17)
            return false;
        if (cabin is > 0.1 and < 0.8 && across is (> 0.25 and < 0.49) or (> 0.52 and < 0.76))
            colour = Glass;
        return true;
    }

    private static bool Bus(SceneNoise noise, int variant, bool isSide, double across, double height, out SceneColour colour)
    {
        double pick = noise.At(variant, 972);
        SceneColour paint = pick < 0.4 ? new SceneColour(164, 36, 34) : pick < 0.7 ? new SceneColour(206, 206, 200) : new SceneColour(44, 82, 128);
        colour = paint * (0.78 + (0.25 * height));
        if (isSide)
        {
            // Metres from the nearer wheel's hub, for the common proportions of a bus.
            double wheelA = across - 0.18, wheelB = across - 0.76;
            double fromWheel = (wheelA * wheelA < wheelB * wheelB ? wheelA : wheelB) * 9.5;
            double up = (height * 3) - 0.48;
            double radius = (fromWheel * fromWheel) + (up * up);
            if (radius < 0.24)
            {
                colour = radius < 0.07 ? SceneColour.Grey(104) : Tyre;
                return true;
            }
        }

        if (height < 0.09)
        {
            colour = Tyre;
            return !isSide && (across < 0.25 || across > 0.75);
        }

        if (height < 0.15)
            colour = paint * 0.5;
        else if (height is > 0.45 and < 0.78 && (isSide ? SceneNoise.Wrap(across, 0.14) > 0.012 : across is > 0.1 and < 0.9))
            colour = Glass.Mix(SceneColour.Grey(140), 0.25 * noise.Smooth(across * 9, 973));
        return true;
    }

    private static bool Person(SceneNoise noise, int variant, double across, double height, out SceneColour colour)
    {
        double side = across < 0.5 ? 0.5 - across : across - 0.5;
        double tint = noise.At(variant, 974);
        if (height > 0.86)
        {
            double up = (height - 0.93) * 2.6;
            colour = height > 0.93 ? new SceneColour(60, 44, 36) : Skin;
            return (side * side) + (up * up) < 0.03;
        }

        if (height > 0.46)
        {
            colour = new SceneColour(52, 60, 92).Mix(new SceneColour(150, 120, 90), tint) * (1.1 - (0.6 * side));
            return side < 0.36;
        }

        colour = new SceneColour(44, 46, 56) * (0.8 + (0.5 * tint));
        return side < 0.3 && side > 0.1 * (0.46 - height);
    }

    private static bool Cyclist(SceneNoise noise, int variant, double across, double height, out SceneColour colour)
    {
        if (height > 0.36)
            return Person(noise, variant, across, 0.2 + (0.8 * height), out colour);
        double side = across < 0.5 ? 0.5 - across : across - 0.5;
        colour = Tyre;
        return side < 0.09;
    }

    private static bool Sign(SceneNoise noise, int variant, double across, double height, out SceneColour colour)
    {
        double x = across - 0.5, y = height - 0.5;
        double radius = (x * x) + (y * y);
        SceneColour ring = noise.At(variant, 975) < 0.5 ? new SceneColour(188, 32, 34) : new SceneColour(34, 74, 150);
        colour = radius > 0.13 ? ring : SceneColour.Grey(228);
        return radius < 0.25;
    }

    private static bool Crown(SceneNoise noise, int variant, double across, double height, out SceneColour colour)
    {
        double x = across - 0.5, y = height - 0.5;
        double bumps = (noise.Cloudy((across * 5) + (variant * 3), height * 5, 976) - 0.5) * 0.22;
        colour = WallPainter.Leaves(noise, (across * 4) + variant, height * 4) * (0.75 + (0.4 * height));
        return (x * x) + (y * y) < 0.2 + bumps;
    }
}
