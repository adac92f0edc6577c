using System.Diagnostics;
using System.Runtime;

namespace Barrel.Compiler.Benching;

/// <summary>
/// Times contestants in turns, round after round, so that whatever else the machine does meets all of them alike. A turn is a burst of inferences:
/// each engine works with the caches that its own last inference left, as it would in a loop over frames.
/// </summary>
internal static class Rounds
{
    private const int RoundsMin = 5;
    private const int TimesEnough = 1000;
    private const int TurnRunsMax = 100;
    private static readonly TimeSpan s_turn = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan s_measureMax = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_warmUpMin = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_warmUpMax = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_settled = TimeSpan.FromMilliseconds(400);

    /// <summary>Runs everybody until the just-in-time compiler has had nothing to do for a while.</summary>
    public static void WarmUp(IReadOnlyList<Contestant> contestants)
    {
        var watch = Stopwatch.StartNew();
        TimeSpan lastCompiled = TimeSpan.Zero;
        long methods = -1;
        do
        {
            foreach (Contestant contestant in contestants)
                contestant.Infer();
            long now = JitInfo.GetCompiledMethodCount();
            if (now != methods)
                (methods, lastCompiled) = (now, watch.Elapsed);
        }
        while (watch.Elapsed < s_warmUpMin || (watch.Elapsed - lastCompiled < s_settled && watch.Elapsed < s_warmUpMax));
    }

    /// <param name="contestants">Take turns in this order; their times are added to.</param>
    /// <param name="progress">Told after each round how much of the time is over.</param>
    public static void Measure(IReadOnlyList<Contestant> contestants, Action<int, int> progress)
    {
        var watch = Stopwatch.StartNew();
        for (int round = 0; round < RoundsMin || (watch.Elapsed < s_measureMax && contestants.Any(c => c.Times.Count < TimesEnough)); round++)
        {
            foreach (Contestant contestant in contestants)
                Turn(contestant);
            progress((int)Math.Min(watch.Elapsed.TotalSeconds, s_measureMax.TotalSeconds), (int)s_measureMax.TotalSeconds);
        }
    }

    private static void Turn(Contestant contestant)
    {
        // The first inference finds the caches full of another's data. Where it takes the whole turn by itself that is lost in it.
        if (contestant.Times.Count == 0 || contestant.Times[^1] < s_turn.TotalMilliseconds)
            contestant.Infer();
        long began = Stopwatch.GetTimestamp();
        for (int i = 0; i < TurnRunsMax && (i == 0 || Stopwatch.GetElapsedTime(began) < s_turn); i++)
        {
            long from = Stopwatch.GetTimestamp();
            contestant.Infer();
            contestant.Times.Add(Stopwatch.GetElapsedTime(from).TotalMilliseconds);
        }
    }
}
