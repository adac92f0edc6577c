namespace Barrel.Host.Scenes;

/// <summary>All that moves or stands in the street at a moment, as panels sorted from far to near.</summary>
internal sealed class Traffic
{
    private const double FarMetres = 110;
    private const int PanelCountMax = 256;

    private readonly Panel[] panels = new Panel[PanelCountMax];
    private readonly double[] keys = new double[PanelCountMax];
    private int count;

    public void Paint(SceneCanvas canvas, Street street, SceneView view)
    {
        count = 0;
        Furniture(street, view);
        Parked(canvas, street, view);
        Oncoming(canvas, street, view);
        Ahead(canvas, street, view);
        Crossing(canvas, street, view);
        People(canvas, street, view);
        Sort();
        for (int i = 0; i < count; i++)
            PanelPainter.Paint(canvas, street, view, panels[i]);
    }

    private void Furniture(Street street, SceneView view)
    {
        const double Spacing = 13;
        int first = SceneNoise.Floor(view.Metres / Spacing);
        for (int i = first; i < first + 9; i++)
        {
            for (int side = -1; side <= 1; side += 2)
            {
                double along = (i * Spacing) + (side * 3);
                double ahead = along - view.Metres;
                if (Journey.ToJunction(along) < 6.5 || ahead > FarMetres)
                    continue;
                double pick = street.Noise.At(i, 980 + side);
                double right = side * (Street.KerbHalf + 0.55);
                if (pick < 0.45)
                    Flat(PanelKind.Post, i, ahead, right, 0.14, 0, 6.2);
                if (pick is > 0.3 and < 0.6)
                {
                    Flat(PanelKind.Post, i, ahead + 2.02, right, 0.08, 0, 2.6);
                    Flat(PanelKind.Sign, i, ahead + 2, right, 0.66, 2.3, 2.96);
                }

                if (pick > 0.66 && !street.IsHouse(Street.Plot(along), side))
                {
                    Flat(PanelKind.Post, i, ahead + 0.05, right + (side * 1.2), 0.34, 0, 2.6);
                    Flat(PanelKind.Crown, i, ahead, right + (side * 1.2), 3.6, 1.9, 5.6);
                }
            }
        }
    }

    private void Parked(SceneCanvas canvas, Street street, SceneView view)
    {
        const double Spacing = 7;
        int first = SceneNoise.Floor(view.Metres / Spacing);
        for (int i = first; i < first + 14; i++)
        {
            double along = i * Spacing;
            if (Journey.ToJunction(along) < 15)
                continue;
            if (street.Noise.At(i, 983) < 0.4)
                Vehicle(canvas, street, view, i, along - view.Metres, 3.5, 4.2, 1.72, 1.46, isBus: false, isFacing: true);
            if (street.Noise.At(i, 984) < 0.1)
                Vehicle(canvas, street, view, i + 50, along - view.Metres, -3.56, 4, 1.66, 1.44, isBus: false, isFacing: false);
        }
    }

    // Cars in the other lane keep the same hours: they stop on the far side of the junction while we stop on this one.
    private void Oncoming(SceneCanvas canvas, Street street, SceneView view)
    {
        int cycle = Journey.Cycle(view.Seconds);
        for (int i = cycle - 1; i < cycle + 5; i++)
        {
            double offset = 12 + (5 * street.Noise.At(i, 985));
            double along = ((i + 1) * Journey.CycleMetres) + Journey.JunctionMetres(0) + offset - (view.Metres - StandMetres());
            if (street.Noise.At(i, 986) < 0.75)
            {
                bool isBus = street.Noise.At(i, 987) < 0.25;
                Vehicle(
                    canvas, street, view, i, along - view.Metres, 1.75, isBus ? 8.5 : 4.3, isBus ? 2.3 : 1.76, isBus ? 3 : 1.45, isBus, true);
            }
        }
    }

    private static double StandMetres() => Journey.JunctionMetres(0) - Journey.JunctionAheadMetres;

    // The car that we follow comes and goes over the cycles, smoothly.
    private void Ahead(SceneCanvas canvas, Street street, SceneView view)
    {
        double gap = 17 + (90 * SceneNoise.Ease((street.Noise.Smooth(view.Seconds / 11, 988) - 0.4) * 3));
        Vehicle(canvas, street, view, 7, gap, -1.8, 4.3, 1.76, 1.46, isBus: false, isFacing: false);
    }

    private void Crossing(SceneCanvas canvas, Street street, SceneView view)
    {
        double f = Journey.Crossing(view.Seconds);
        if (f is < 0 or > 1)
            return;
        int cycle = Journey.Cycle(view.Seconds);
        bool isBus = street.Noise.At(cycle, 989) < 0.6;
        bool isFromRight = street.Noise.At(cycle, 990) < 0.5;
        double length = isBus ? 9.5 : 4.6, height = isBus ? 3 : 1.5;

        // It slows down in the middle, as drivers do who turn or are unsure.
        double eased = (f * 0.45) + (0.55 * (0.5 + (4 * (f - 0.5) * (f - 0.5) * (f - 0.5))));
        double right = SceneNoise.Mix(-26, 26, eased) * (isFromRight ? -1 : 1);
        double ahead = Journey.JunctionMetres(cycle) - view.Metres - 1.5;
        PanelPainter.Shadow(canvas, street, view, ahead + 1, right, 1.6, (length / 2) + 0.3);
        Add(ahead, new Panel
        {
            AheadA = ahead,
            AheadB = ahead,
            RightA = right - (length / 2),
            RightB = right + (length / 2),
            BottomMetres = 0,
            TopMetres = height,
            Kind = isBus ? PanelKind.BusSide : PanelKind.CarSide,
            Variant = cycle,
        });
    }

    private void People(SceneCanvas canvas, Street street, SceneView view)
    {
        const double Spacing = 8;
        int first = SceneNoise.Floor(view.Metres / Spacing) - 4;
        for (int i = first; i < first + 14; i++)
        {
            double pick = street.Noise.At(i, 991);
            if (pick > 0.55)
                continue;
            int side = street.Noise.At(i, 992) < 0.5 ? -1 : 1;
            double walked = SceneNoise.Wrap(view.Seconds * (0.8 + pick), 60) - 30;
            double ahead = (i * Spacing) + (side * walked) - view.Metres;
            double right = side * (5.4 + (1.4 * street.Noise.At(i, 993)));
            double stride = 0.46 + (0.1 * street.Noise.Smooth(view.Seconds * 3, i));
            Walker(canvas, street, view, PanelKind.Person, i, ahead, right, stride, 1.55 + (0.3 * pick));
        }

        // Now and then a bicycle on our side, slower than the car.
        double cyclist = SceneNoise.Wrap((street.Noise.At(8, 77) * 90) - (view.Metres * 0.6), 90) + 4;
        Walker(canvas, street, view, PanelKind.Cyclist, 3, cyclist, -3.7, 0.5, 1.75);
    }

    private void Walker(
        SceneCanvas canvas, Street street, SceneView view, PanelKind kind, int variant, double ahead, double right, double width, double height)
    {
        if (ahead is < 1.5 or > FarMetres)
            return;
        PanelPainter.Shadow(canvas, street, view, ahead, right, 0.25, 0.4);
        Flat(kind, variant, ahead, right, width, 0, height);
    }

    private void Vehicle(
        SceneCanvas canvas, Street street, SceneView view, int variant, double ahead, double right, double length, double width,
        double height, bool isBus, bool isFacing)
    {
        if (ahead + length < 1.5 || ahead > FarMetres)
            return;
        PanelPainter.Shadow(canvas, street, view, ahead + (length / 2), right, (length / 2) + 0.35, (width / 2) + 0.25);
        double half = width / 2;
        double inner = right + (right > SceneView.CameraRightMetres ? -half : half);
        Add(ahead + length, new Panel
        {
            AheadA = ahead,
            AheadB = ahead + length,
            RightA = inner,
            RightB = inner,
            TopMetres = height,
            Kind = isBus ? PanelKind.BusSide : PanelKind.CarSide,
            Variant = variant,
        });
        if (ahead > 1.3)
            Flat(isBus ? PanelKind.BusRear : isFacing ? PanelKind.CarFront : PanelKind.CarRear, variant, ahead, right, width, 0, height);
    }

    private void Flat(PanelKind kind, int variant, double ahead, double right, double width, double bottom, double top) =>
        Add(ahead, new Panel
        {
            AheadA = ahead,
            AheadB = ahead,
            RightA = right - (width / 2),
            RightB = right + (width / 2),
            BottomMetres = bottom,
            TopMetres = top,
            Kind = kind,
            Variant = variant,
        });

    private void Add(double key, Panel panel)
    {
        if (count == PanelCountMax)
            return;
        keys[count] = key;
        panels[count++] = panel;
    }

    // Insertion keeps equal keys in order, so that the picture does not depend on a library's sort.
    private void Sort()
    {
        for (int i = 1; i < count; i++)
        {
            double key = keys[i];
            Panel panel = panels[i];
            int j = i - 1;
            for (; j >= 0 && keys[j] < key; j--)
            {
                keys[j + 1] = keys[j];
                panels[j + 1] = panels[j];
            }

            keys[j + 1] = key;
            panels[j + 1] = panel;
        }
    }
}
