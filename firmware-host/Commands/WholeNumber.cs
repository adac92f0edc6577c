using System.CommandLine;
using System.Globalization;

namespace Barrel.Host.Commands;

/// <summary>Options that take a whole number in a range.</summary>
internal static class WholeNumber
{
    /// <summary>Refuses other values with one line that names the range.</summary>
    public static void InRange(Option option, long min, long max)
    {
        // The text is looked at and not the value: asking for the value of a text that is no number throws.
        option.Validators.Add(result =>
        {
            foreach (System.CommandLine.Parsing.Token token in result.Tokens)
            {
                if (!long.TryParse(token.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value)
                    || value < min || value > max)
                {
                    result.AddError($"{option.Name} is '{token.Value}'; it is a whole number, {min} to {max}");
                }
            }
        });
    }
}
