namespace Barrel.Host.Service;

/// <summary>
/// Diagnostics, one line an event. For the system's journal each begins with its level as sd-daemon(3) writes it: 6 information, 4 warning,
/// 3 error. A log that cannot be written stops nothing. Safe for use by several threads.
/// </summary>
/// <param name="writer">Takes the lines.</param>
/// <param name="isJournal">Whether the journal reads them.</param>
internal sealed class EventLog(TextWriter writer, bool isJournal = false)
{
    private const string Program = "barrel-host: ";

    private readonly Lock gate = new();

    public void Info(string text, RateLimit? limit = null) => Write("<6>", Program + text, limit);

    public void Warning(string text, RateLimit? limit = null) => Write("<4>", Program + text, limit);

    public void Error(string text, RateLimit? limit = null) => Write("<3>", Program + text, limit);

    /// <summary>The line that ends a program, as scripts look for it.</summary>
    public void Failure(int code, string message) => Write("<3>", $"error BRL{code:0000}: {OneLine.Of(message)}", null);

    private void Write(string level, string line, RateLimit? limit)
    {
        long heldBack = 0;
        if (limit is not null && !limit.Allows(out heldBack))
            return;
        if (heldBack > 0)
            line += $" ({heldBack} more such lines were left out)";
        try
        {
            lock (gate)
                writer.WriteLine(isJournal ? level + OneLine.Of(line) : line);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // A full disk or a closed pipe: nowhere is left to say so.
        }
    }
}
