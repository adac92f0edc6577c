using System.Globalization;

namespace Barrel.Host.Service;

/// <summary>What the board says of itself: how warm its processor is, and whether its firmware slows it down. Null where it does not say.</summary>
/// <param name="SocCelsius">Warmest zone.</param>
/// <param name="ThrottleFlags">The Raspberry Pi firmware's bits: <see cref="Describe"/>.</param>
internal sealed record BoardHealth(double? SocCelsius, uint? ThrottleFlags)
{
    // Bits 0 to 3 hold now, bits 16 to 19 say that it happened since the start.
    private static readonly string[] Names = ["under-voltage", "frequency capped", "throttled", "soft temperature limit"];

    /// <param name="systemFiles">Where the kernel's files are; <c>/sys</c> but in tests.</param>
    public static BoardHealth Read(string systemFiles = "/sys") => new(Warmest(systemFiles), Throttling(systemFiles));

    /// <summary>Names of what holds now and of what happened since the board's start.</summary>
    public static (string[] Now, string[] Before) Describe(uint flags) =>
        (NamesOf(flags), NamesOf(flags >> 16));

    private static string[] NamesOf(uint bits) => [.. Sequence.Range(0, Names.Length).Where(i => (bits >> i & 1) != 0).Select(i => Names[i])];

    private static double? Warmest(string systemFiles)
    {
        double? warmest = null;
        foreach (string zone in Folders(Path.Combine(systemFiles, "class", "thermal"), "thermal_zone*"))
        {
            if (int.TryParse(Line(Path.Combine(zone, "temp")), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int milli)
                && (warmest is null || milli / 1000.0 > warmest))
            {
                warmest = milli / 1000.0;
            }
        }

        return warmest;
    }

    // Kernels differ in how they name the folder: soc/soc:firmware, soc@107c000000:firmware.
    private static uint? Throttling(string systemFiles)
    {
        string platform = Path.Combine(systemFiles, "devices", "platform");
        foreach (string soc in Folders(platform, "soc*"))
        {
            foreach (string folder in (string[])[soc, .. Folders(soc, "*firmware*")])
            {
                string? text = Line(Path.Combine(folder, "get_throttled"));
                if (text is not null && uint.TryParse(text.StartsWith("0x", StringComparison.Ordinal) ? text[2..] : text, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out uint flags))
                    return flags;
            }
        }

        return null;
    }

    private static string[] Folders(string parent, string pattern)
    {
        try
        {
            return Directory.Exists(parent) ? Directory.GetDirectories(parent, pattern) : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static string? Line(string path)
    {
        try
        {
            return File.Exists(path) ? File.ReadAllText(path).Trim() : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A sensor that is asleep answers with an error.
            return null;
        }
    }
}
