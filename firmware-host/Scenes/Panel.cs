namespace Barrel.Host.Scenes;

/// <summary>
/// An upright flat part of an object, from one ground point to another: the side of a car, a post, the shape of a person. Its painter
/// says for each spot whether there is something and of what colour.
/// </summary>
internal struct Panel
{
    /// <summary>Metres ahead of the camera and right of the street's middle, of the panel's two lower corners.</summary>
    public double AheadA;
    public double RightA;
    public double AheadB;
    public double RightB;
    public double BottomMetres;
    public double TopMetres;
    public PanelKind Kind;

    /// <summary>Picks colours; any number.</summary>
    public int Variant;
}

internal enum PanelKind
{
    CarRear,
    CarFront,
    CarSide,
    BusSide,
    BusRear,
    Person,
    Cyclist,
    Post,
    Sign,
    Crown,
}
