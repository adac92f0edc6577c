namespace Barrel.Boards;

/// <summary>A board that is unknown or described wrongly; see <see cref="BoardErrors"/>.</summary>
public sealed class BoardException : Exception
{
    /// <summary>An error with its code.</summary>
    /// <param name="code">One of <see cref="BoardErrors"/>.</param>
    /// <param name="message">What came, where, and what would be right; one line without a final full stop.</param>
    /// <param name="inner">What the system said, if anything.</param>
    public BoardException(int code, string message, Exception? inner = null)
        : base(message, inner) => Code = code;

    /// <summary>The number after BRL.</summary>
    public int Code { get; }
}
