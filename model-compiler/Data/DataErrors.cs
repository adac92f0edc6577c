namespace Barrel.Compiler.Data;

/// <summary>BRL12xx: data sets, images and labels.</summary>
public static class DataErrors
{
    /// <summary>The folder or file does not exist or cannot be read.</summary>
    public const int Missing = 1201;

    /// <summary>No image was found in it.</summary>
    public const int Empty = 1202;

    /// <summary>The folder's layout is none that the task could be evaluated on.</summary>
    public const int Layout = 1203;

    /// <summary>An image without its label.</summary>
    public const int LabelMissing = 1204;

    /// <summary>A label that is not as large as its image.</summary>
    public const int LabelSize = 1205;

    /// <summary>A label id, or a class folder, that is not in the list of classes.</summary>
    public const int LabelOutside = 1206;

    /// <summary>An image or a label that cannot be decoded.</summary>
    public const int BrokenImage = 1207;

    /// <summary>A PNG whose pixel values are not the class ids themselves.</summary>
    public const int LabelFormat = 1208;

    /// <summary>A zip that cannot be read.</summary>
    public const int BrokenZip = 1209;

    /// <summary>An idx file that cannot be read, or images and labels of different count.</summary>
    public const int BrokenIdx = 1210;

    /// <summary>A frame that does not fit the network's flat input.</summary>
    public const int FrameSize = 1211;
}
