using Barrel.Compiler.Graphs;

namespace Barrel.Compiler.Import;

/// <summary>
/// Stands in the body from the import of a Floor until <see cref="ActivationGrids"/> has found the grid that it is part of.
/// </summary>
internal sealed class Floor : Node
{
    public required OnnxNode From { get; init; }
}
