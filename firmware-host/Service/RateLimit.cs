using System.Diagnostics;

namespace Barrel.Host.Service;

/// <summary>Lets so many lines of one kind through in a stretch of time and counts those it holds back. Safe for use by several threads.</summary>
/// <param name="lines">Lines in a stretch, 1 or more.</param>
/// <param name="seconds">Length of a stretch; it begins with its first line.</param>
internal sealed class RateLimit(int lines, int seconds)
{
    private readonly Lock gate = new();
    private long began;
    private int used;
    private long heldBack;

    /// <summary>Whether a line may go out now.</summary>
    /// <param name="before">Lines that were held back since the last one that went out.</param>
    public bool Allows(out long before)
    {
        lock (gate)
        {
            before = 0;
            if (used == 0 || Stopwatch.GetElapsedTime(began).TotalSeconds >= seconds)
            {
                began = Stopwatch.GetTimestamp();
                used = 0;
            }

            if (used == lines)
            {
                heldBack++;
                return false;
            }

            used++;
            before = heldBack;
            heldBack = 0;
            return true;
        }
    }
}
