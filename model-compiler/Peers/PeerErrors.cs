namespace Barrel.Compiler.Peers;

/// <summary>BRL13xx: networks run by other runtimes.</summary>
public static class PeerErrors
{
    /// <summary>ONNX Runtime does not load the file.</summary>
    public const int NotLoaded = 1301;

    /// <summary>ONNX Runtime failed while running the network.</summary>
    public const int RunFailed = 1302;

    /// <summary>The network's inputs are not one tensor of floats.</summary>
    public const int Input = 1303;

    /// <summary>The network's first output is no answer for the card's task.</summary>
    public const int Output = 1304;

    /// <summary>ONNX Runtime runs nothing of the 8-bit network in 8 bits.</summary>
    public const int NotInt8 = 1305;
}
