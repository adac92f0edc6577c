namespace Barrel.Host.Scenes;

/// <summary>Class ids of the CamVid data set in its eleven-class form.</summary>
internal static class SceneClass
{
    public const byte Sky = 0;
    public const byte Building = 1;
    public const byte Pole = 2;
    public const byte Road = 3;
    public const byte Pavement = 4;
    public const byte Tree = 5;
    public const byte Sign = 6;
    public const byte Fence = 7;
    public const byte Car = 8;
    public const byte Pedestrian = 9;
    public const byte Bicyclist = 10;
    public const int Count = 11;
}
