using System.Globalization;
using Barrel.Host.CommandLine;

namespace Barrel.Host.Commands;

/// <summary>Options that take a whole number in a range.</summary>
internal static class WholeNumber
{
    /// <summary>Refuses other values with one line that names the range.</summary>
    public static void InRange(Option option, long min, long max) => option.Check = text =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value) && value >= min && value <= max
            ? null : $"{option.Name} is '{text}'; it is a whole number, {min} to {max}";
}
