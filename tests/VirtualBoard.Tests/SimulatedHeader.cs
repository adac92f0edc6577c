using System.Globalization;
using System.Text.RegularExpressions;

namespace Barrel.VirtualBoard.Tests;

/// <summary>
/// The header of a Raspberry Pi 5 as the kernel's gpio-sim makes it: a gpiochip with the label and the line names that the real one has, whose
/// other side tells the level of each line.
/// </summary>
internal static partial class SimulatedHeader
{
    public const string Module = "gpio-sim";
    public const string BoardName = "raspberry-pi-5";

    /// <summary>Where <see cref="Watch"/> writes.</summary>
    public const string Seen = "/tmp/levels";

    /// <summary>Makes the header. The chip gets whatever number is free, which is not the 0 of the board's file: an emulated board has another chip.</summary>
    public const string Plug = "sh /plug";

    /// <summary>Writes each change of the five pins, with the time, until the file of that name is there.</summary>
    public const string Watch = "sh /watch";

    /// <summary>From here on the kernel keeps each level that a line is given, however short.</summary>
    public const string Trace = "mount -t tracefs tracefs /sys/kernel/tracing && echo 1 >/sys/kernel/tracing/events/gpio/gpio_value/enable";

    /// <summary>Where the kernel keeps them.</summary>
    public const string Traced = "/sys/kernel/tracing/trace";

    private const string PlugScript = """
        mount -t configfs config /sys/kernel/config
        bank=/sys/kernel/config/gpio-sim/header/bank
        mkdir -p $bank
        echo 54 >$bank/num_lines
        echo LABEL >$bank/label
        for line in 17 22 23 24 27; do
          mkdir $bank/line$line
          echo GPIO$line >$bank/line$line/name
        done
        echo 1 >/sys/kernel/config/gpio-sim/header/live
        ls /sys/devices/platform/gpio-sim.0/gpiochip*/sim_gpio17/value
        """;

    // Levels count when two looks one after the other saw the same: the lines are five files.
    private const string WatchScript = """
        cd /sys/devices/platform/gpio-sim.0/gpiochip*
        : >SEEN
        while [ ! -e /tmp/enough ]; do
          read -r a <sim_gpio17/value; read -r b <sim_gpio27/value; read -r c <sim_gpio22/value; read -r d <sim_gpio23/value; read -r e <sim_gpio24/value
          now="$a$b$c$d$e"
          if [ "$now" = "$look" ] && [ "$now" != "$told" ]; then
            read -r uptime rest </proc/uptime
            echo "$uptime $now" >>SEEN
            told=$now
          fi
          look=$now
        done
        """;

    public static VirtualBoard PutHeader(this VirtualBoard board) =>
        board.Put("plug", Text(PlugScript.Replace("LABEL", Boards.Boards.Find(BoardName).GpioLabel, StringComparison.Ordinal)))
            .Put("watch", Text(WatchScript.Replace("SEEN", Seen, StringComparison.Ordinal)))
            .Do(Plug);

    /// <summary>What <see cref="Watch"/> wrote, oldest first: the levels as text in the order clear, blocked, left, right, alive.</summary>
    public static (double Seconds, string Levels)[] Read(string seen) =>
    [
        .. seen.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split(' '))
            .Select(w => (double.Parse(w[0], CultureInfo.InvariantCulture), w[1])),
    ];

    /// <summary>What the lines were given last, in the order of <see cref="Read"/>.</summary>
    public static string LastGiven(string traced)
    {
        // The kernel counts lines over all chips, from a number that is free.
        Dictionary<int, string> levels = [];
        foreach (Match match in GivenLevel().Matches(traced))
            levels[int.Parse(match.Groups["line"].Value, CultureInfo.InvariantCulture)] = match.Groups["level"].Value;
        Assert.HasCount(5, levels, traced);
        int ahead = levels.Keys.Min() - 17;
        return string.Concat(((int[])[17, 27, 22, 23, 24]).Select(line => levels[ahead + line]));
    }

    [GeneratedRegex(@"gpio_value: +(?<line>\d+) set (?<level>[01])")]
    private static partial Regex GivenLevel();

    private static byte[] Text(string script) => System.Text.Encoding.UTF8.GetBytes(script + "\n");
}
