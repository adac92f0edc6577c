using Spectre.Console;

namespace Barrel.Compiler.Commands;

/// <summary>
/// Bars on a terminal that say how far long work is; nothing where stderr is no terminal. While one is shown, other lines go through <see cref="Line"/>.
/// One at a time.
/// </summary>
internal sealed class Progress : IDisposable
{
    private readonly Streams _streams;
    private readonly TaskCompletionSource _finished = new();
    private readonly IAnsiConsole? _console;
    private readonly ProgressContext? _context;
    private readonly Task? _shown;

    /// <param name="streams">Where to, if anywhere.</param>
    /// <param name="redrawsAlone">
    /// True: a thread keeps bars moving. False: they are drawn in <see cref="Step.Report"/> alone, so that what is being timed has the processor for itself.
    /// </param>
    public Progress(Streams streams, bool redrawsAlone = true)
    {
        _streams = streams;
        if (!streams.ShowsProgress)
            return;
        _console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(streams.Error) });
        TaskCompletionSource<ProgressContext> ready = new();
        _shown = _console.Progress()
            .AutoRefresh(redrawsAlone)
            .AutoClear(true)
            .HideCompleted(true)
            .Columns(
                new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn(), new SpinnerColumn())
            .StartAsync(context =>
            {
                ready.SetResult(context);
                return _finished.Task;
            });
        _context = ready.Task.GetAwaiter().GetResult();
    }

    /// <summary>Adds a bar, which stays until the step is disposed of.</summary>
    public Step Begin(string what) => new(_context, what);

    /// <summary>A line of its own on stderr.</summary>
    public void Line(string text)
    {
        if (_console is null)
            _streams.Error.WriteLine(OneLine.Of(text));
        else
            _console.WriteLine(OneLine.Of(text));
    }

    /// <summary>Takes the bars away.</summary>
    public void Dispose()
    {
        _finished.TrySetResult();
        _shown?.GetAwaiter().GetResult();
    }

    /// <summary>One bar; without a length until the first report.</summary>
    internal sealed class Step : IDisposable
    {
        private readonly ProgressContext? _context;
        private readonly ProgressTask? _task;
        private long _drawnAt = Environment.TickCount64;

        internal Step(ProgressContext? context, string what)
        {
            _context = context;
            _task = context?.AddTask(Markup.Escape(OneLine.Of(what)), new ProgressTaskSettings { AutoStart = true });
            if (_task is not null)
                _task.IsIndeterminate = true;
        }

        /// <summary>Safe for use by several threads.</summary>
        public void Report(int done, int of)
        {
            if (_task is null || of <= 0)
                return;
            lock (_task)
            {
                _task.IsIndeterminate = false;
                _task.MaxValue = of;

                // Calls overlap: a late one must not take the bar back. The bar is complete when the step is.
                _task.Value = Math.Max(_task.Value, Math.Min(done, of - 0.01));
                long now = Environment.TickCount64;
                if (now - _drawnAt < 100)
                    return;
                _drawnAt = now;
                _context!.Refresh();
            }
        }

        public void Dispose()
        {
            if (_task is null)
                return;
            _task.Value = _task.MaxValue;
            _task.StopTask();
        }
    }
}
