using System.Globalization;
using Barrel.Boards;
using Barrel.Runtime;

namespace Barrel.Compiler.Reports;

/// <summary>Whether a blob fits on a board: the blob in its flash, the arena in what the board leaves for it.</summary>
internal sealed class BoardFit(Board board, Model model)
{
    public bool Fits => model.Blob.Length <= board.FlashBytes && model.ArenaBytes <= board.ArenaBytesMax;

    /// <summary>Both shares, and whether they are at most all.</summary>
    public string Line =>
        $"{board.Title}: blob {Share(model.Blob.Length, board.FlashBytes)} of flash, arena {Share(model.ArenaBytes, board.ArenaBytesMax)} of what it may take: "
        + (Fits ? "fits" : "does not fit");

    private static string Share(long bytes, long room) => string.Create(
        CultureInfo.InvariantCulture, $"{bytes:N0} bytes, {100.0 * bytes / room:0.0}% of {room:N0}");
}
