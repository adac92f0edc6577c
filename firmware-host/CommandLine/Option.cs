using System.Globalization;

namespace Barrel.Host.CommandLine;

/// <summary>An option of a command: <c>--name VALUE</c>, <c>--name=VALUE</c> or <c>--name:VALUE</c>; of true and false the name alone will do.</summary>
internal abstract class Option(string name, string? shortName, Type type)
{
    /// <summary>With its hyphens.</summary>
    public string Name => name;

    public string? ShortName => shortName;

    public string Description { get; init; } = "";

    public bool Required { get; init; }

    /// <summary>A text that may follow or not.</summary>
    public bool IsSwitch { get; } = type == typeof(bool) || type == typeof(bool?);

    /// <summary>What a text has wrong, or null.</summary>
    public Func<string, string?>? Check { get; set; }

    /// <summary>What holds where nothing is given, for the help; null for nothing.</summary>
    public abstract string? Default { get; }

    /// <summary>What a text has wrong, or null.</summary>
    public string? Refuse(string text)
    {
        if (Check?.Invoke(text) is { } wrong)
            return wrong;
        return Convert(text) is not null ? null
            : $"Cannot parse argument '{text}' for option '{Name}' as expected type '{Nullable.GetUnderlyingType(type) ?? type}'.";
    }

    /// <summary>The value of a text; null where it is none.</summary>
    public object? Convert(string text)
    {
        if (type == typeof(string))
            return text;
        if (IsSwitch)
            return bool.TryParse(text, out bool isOn) ? isOn : null;
        if (type == typeof(int) || type == typeof(int?))
            return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) ? number : null;
        if (type == typeof(long) || type == typeof(long?))
            return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) ? number : null;
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double real) ? real : null;
    }
}

/// <typeparam name="T">string, bool, int, long or double, or null where it is not given.</typeparam>
internal sealed class Option<T>(string name, string? shortName = null) : Option(name, shortName, typeof(T))
{
    /// <summary>What holds where nothing is given.</summary>
    public Func<T>? DefaultValue { get; init; }

    public override string? Default => DefaultValue is null ? null : string.Create(CultureInfo.InvariantCulture, $"{DefaultValue()}");
}
