using System.Diagnostics;

namespace Barrel.Compiler.Commands;

/// <summary>One line on a terminal that says how far long work is; nothing where stderr is no terminal.</summary>
internal sealed class Progress(Streams streams, string what) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Stopwatch _sinceShown = Stopwatch.StartNew();
    private int _shownLength;

    /// <summary>Safe for use by several threads.</summary>
    public void Report(int done, int of)
    {
        if (!streams.ShowsProgress)
            return;
        lock (_lock)
        {
            // More often than ten times a second only flickers.
            if (_sinceShown.ElapsedMilliseconds < 100)
                return;
            _sinceShown.Restart();
            Show($"{what}: {done} of {of}");
        }
    }

    /// <summary>Takes the line away.</summary>
    public void Dispose()
    {
        if (_shownLength > 0)
            Show("");
    }

    private void Show(string text)
    {
        streams.Error.Write($"\r{text.PadRight(_shownLength)}\r{text}");
        _shownLength = text.Length;
    }
}
