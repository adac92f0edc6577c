namespace Barrel.Compiler.Emitting;

/// <summary>BRL22xx: a network and a board that runs nanoFramework do not fit each other.</summary>
public static class EmitErrors
{
    /// <summary>What the network takes of the managed heap is more than the board has.</summary>
    public const int Heap = 2201;

    /// <summary>An array is larger than the interpreter takes.</summary>
    public const int ArrayBytes = 2202;

    /// <summary>The generated assemblies and the blob do not fit where applications lie in the flash.</summary>
    public const int Deployment = 2203;
}
