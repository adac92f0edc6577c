using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Barrel.VirtualBoard.Tests;

/// <summary>The first program of the board, a shell script that runs the steps and says on the console how each went, and the reading of what it said.</summary>
internal static partial class BoardScript
{
    public const string StepFolder = "steps";

    /// <summary>Stands before all that the script itself says. Nothing else on a console begins so.</summary>
    private const string Mark = "=board=";

    /// <summary>What a shell makes of SIGKILL, by which steps that take too long end.</summary>
    public const int KilledCode = 137;

    private const string Functions = """
        #!/bin/busybox sh
        /bin/busybox --install -s /bin
        export PATH=/bin HOME=/tmp
        mkdir -p /proc /sys /dev /tmp /run
        mount -t proc proc /proc
        mount -t sysfs sysfs /sys
        mount -t devtmpfs dev /dev
        mount -t tmpfs tmp /tmp
        # Lines come out as programs wrote them.
        stty -opost
        cd /tmp
        services=

        say() { read -r uptime rest </proc/uptime; echo "MARK $* $uptime"; }

        # Step, exit code.
        tell() {
          say out $1; cat /run/$1.out; echo
          say error $1; cat /run/$1.error; echo
          say end $1 $2
        }

        # Step, seconds at most.
        run() {
          say begin $1
          timeout -s KILL $2 sh /steps/$1 >/run/$1.out 2>/run/$1.error </dev/null
          code=$?
          tell $1 $code
          [ $code != KILLED ] || finish
        }

        # Step, seconds at most, the file that shows that it is ready.
        serve() {
          say begin $1
          sh /steps/$1 >/run/$1.out 2>/run/$1.error </dev/null &
          eval pid$1=$!
          services="$services $1"
          tries=$(($2 * 10))
          until [ -e $3 ]; do
            tries=$((tries - 1))
            [ $tries -gt 0 ] && kill -0 $! 2>/dev/null || finish
            sleep 0.1
          done
          say ready $1
        }

        finish() {
          for step in $services; do
            eval pid=\$pid$step
            kill -TERM $pid 2>/dev/null
            tries=50
            while [ $tries -gt 0 ] && kill -0 $pid 2>/dev/null; do tries=$((tries - 1)); sleep 0.1; done
            kill -KILL $pid 2>/dev/null
            wait $pid
            tell $step $?
          done
          say kernel
          dmesg | tail -n 30
          say over
          poweroff -f
          sleep 60
        }

        """;

    /// <summary>The script for these steps.</summary>
    public static string Write(IReadOnlyList<BoardStep> steps)
    {
        StringBuilder script = new(Functions.Replace("MARK", Mark, StringComparison.Ordinal).Replace("KILLED", $"{KilledCode}", StringComparison.Ordinal));
        for (int i = 0; i < steps.Count; i++)
            script.Append(steps[i].ReadyFile is { } file ? $"serve {i} {steps[i].SecondsMax} {file}\n" : $"run {i} {steps[i].SecondsMax}\n");
        return script.Append("finish\n").ToString();
    }

    /// <summary>The file of a step, by which no quote or dollar in it needs care. A service replaces its shell, so that signals meet the program itself.</summary>
    public static string WriteStep(BoardStep step) => (step.ReadyFile is null ? "" : "exec ") + step.Command + "\n";

    /// <summary>What a console tells of these steps; the console may end at any place.</summary>
    public static StepResult[] Read(string console, IReadOnlyList<BoardStep> steps)
    {
        StepResult[] results = [.. steps.Select(s => new StepResult(s.Command, null, "", "", 0))];
        double[] begun = new double[steps.Count];
        MatchCollection marks = MarkLine().Matches(console);
        for (int m = 0; m < marks.Count; m++)
        {
            if (!int.TryParse(marks[m].Groups["step"].ValueSpan, out int step))
                continue;
            int from = marks[m].Index + marks[m].Length, to = m + 1 < marks.Count ? marks[m + 1].Index : console.Length;
            // The line break before a mark is the script's.
            string text = to > from && m + 1 < marks.Count ? console[from..(to - 1)] : console[from..to];
            double uptime = double.Parse(marks[m].Groups["uptime"].ValueSpan, CultureInfo.InvariantCulture);
            switch (marks[m].Groups["what"].Value)
            {
                case "begin":
                    begun[step] = uptime;
                    break;
                case "ready":
                    results[step] = results[step] with { IsReady = true };
                    break;
                case "out":
                    results[step] = results[step] with { Out = text };
                    break;
                case "error":
                    results[step] = results[step] with { Error = text };
                    break;
                case "end":
                    results[step] = results[step] with { ExitCode = int.Parse(marks[m].Groups["code"].ValueSpan), Seconds = uptime - begun[step] };
                    break;
            }
        }

        return results;
    }

    [GeneratedRegex($@"^{Mark} (?<what>\w+)( (?<step>\d+))?( (?<code>\d+))? (?<uptime>\d+\.\d+)\n", RegexOptions.Multiline)]
    private static partial Regex MarkLine();
}
