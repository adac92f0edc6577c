namespace Barrel.Compiler.Cards;

/// <summary>BRL11xx: the model card.</summary>
public static class CardErrors
{
    /// <summary>The card named with --card does not exist or cannot be read.</summary>
    public const int Unreadable = 1101;

    /// <summary>The card is not one JSON object.</summary>
    public const int NotJson = 1102;

    /// <summary>The card has a key that means nothing: as a rule a typing error.</summary>
    public const int UnknownKey = 1103;

    /// <summary>A key's value has the wrong type, length or range.</summary>
    public const int BadValue = 1104;

    /// <summary>Two keys, each right alone, contradict each other.</summary>
    public const int Contradiction = 1105;

    /// <summary>The card does not fit the shape of the network's input.</summary>
    public const int InputShape = 1106;
}
