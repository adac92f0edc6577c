using Barrel.Host.Pins;
using Barrel.Runtime;

namespace Barrel.Host.Service;

/// <summary>One key of a configuration file.</summary>
/// <param name="Name">As it is written, camelCase; the option is the same in kebab-case.</param>
/// <param name="Kind">What its value is, with its range.</param>
/// <param name="Meaning">What it does, for the document.</param>
/// <param name="IsTakenOver">Whether a running service takes a change over; the others hold from its next start on.</param>
internal sealed record RunConfigKey(string Name, string Kind, string Meaning, bool IsTakenOver = false);

/// <summary>The keys of a configuration file: errors and the table in <c>README.md</c> are made of this list.</summary>
internal static class RunConfigKeys
{
    public const int WatchdogMsMin = 10;
    public const int WatchdogMsMax = 3_600_000;

    private const string PerMille = "whole number, per mille";

    public static RunConfigKey[] All { get; } =
    [
        new("model", "text, a file's path", "the compiled network", true),
        new("camera", "text", "where frames come from, as after `--camera`"),
        new("board", "text", "a board's name or its .json file; `desktop` if left out"),
        new("pins", "text, simulated or gpio", "`simulated` if left out"),
        new("frames", "whole number from 1 on", "stop after so many; without end if left out"),
        new("overlay", "text, a folder's path", "write a PNG a frame there"),
        new("record", "text, a file's path", "write the frames into this .y4m file"),
        new("realtime", "true or false", "play a file or scene at its own speed and drop frames that come too late"),
        new("loop", "true or false", "begin again at the end of a directory"),
        new("watchdog", $"whole number, {WatchdogMsMin} to {WatchdogMsMax}", $"milliseconds without a decision until the pins are made safe; {PinWatchdog.DefaultMs} if left out", true),
        new("threads", $"whole number, 1 to {Executors.ThreadsMax}", "threads that share an inference; 1 if left out", true),
        new("link", "text", "where the TDNN chip is; without it all runs in software"),
        new("emulate", "text", "settings of an emulated chip"),
        new("json", "true or false", "print one JSON object at the end and nothing else"),
        new("statusSocket", "text, a file's path", "socket that answers `barrel-host status`; `barrel.sock` in `$RUNTIME_DIRECTORY` if left out there"),
        new("decision", "object", "settings of the decision, below", true),
        new("decision.topPerMille", PerMille + ", 0 to 999", "first row of the trapezoid ahead, of the mask's height; 560", true),
        new("decision.bottomPerMille", PerMille + ", above topPerMille to 1000", "row after its last one; 860", true),
        new("decision.topWidthPerMille", PerMille + ", 1 to 1000", "width of its first row, of the mask's width; 160", true),
        new("decision.bottomWidthPerMille", PerMille + ", 1 to 1000", "width of its last row; 560", true),
        new("decision.centrePerMille", PerMille + ", 0 to 1000", "its middle, from the left; 500", true),
        new("decision.clearFromPerMille", PerMille + ", 1 to 1000", "clear when at least so much of it is road; 850", true),
        new("decision.blockedUntilPerMille", PerMille + ", 0 to below clearFromPerMille", "blocked when at most so much is; 700", true),
        new("decision.asideFromPerMille", PerMille + ", 1 to 1000", "the corridor is left or right from this offset on, of half the width; 200", true),
        new("decision.aheadUntilPerMille", PerMille + ", 0 to below asideFromPerMille", "it is ahead again at this offset or less; 120", true),
        new("decision.framesToChange", "whole number, 1 to 1000", "frames in a row that must agree before anything changes; 2", true),
    ];

    public static RunConfigKey? Find(string name) => Array.Find(All, k => k.Name == name);

    /// <summary>The names beside a key, for one that is not among them.</summary>
    public static string Beside(string name)
    {
        int dot = name.IndexOf('.', StringComparison.Ordinal);
        string parent = dot < 0 ? "" : name[..(dot + 1)];
        return string.Join(
            ", ",
            All.Where(k => k.Name.StartsWith(parent, StringComparison.Ordinal) && (dot >= 0 || !k.Name.Contains('.', StringComparison.Ordinal)))
                .Select(k => k.Name[parent.Length..]));
    }
}
