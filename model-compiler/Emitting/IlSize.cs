using System.Text.RegularExpressions;

namespace Barrel.Compiler.Emitting;

/// <summary>How many bytes of IL a line of generated C# takes, at most: names, numbers and operators have each a longest instruction.</summary>
internal static partial class IlSize
{
    private const int WordLiteral = 9;
    private const int Number = 6;
    private const int Name = 4;
    private const int Branch = 10;

    public static int Of(string line)
    {
        string code = line.TrimStart();
        if (code.StartsWith("//", StringComparison.Ordinal))
            return 0;
        if (code.StartsWith("const ", StringComparison.Ordinal) || code.StartsWith("private ", StringComparison.Ordinal))
            return 0;
        int bytes = 0;
        foreach (Match token in Token().Matches(code))
            bytes += token.Value[0] switch
            {
                '0' when token.Value.StartsWith("0x", StringComparison.Ordinal) => WordLiteral,
                >= '0' and <= '9' => Number,
                '?' => Branch,
                >= 'a' and <= 'z' or >= 'A' and <= 'Z' => token.Value is "even" ? WordLiteral : token.Value is "ulong" or "int" ? 0 : token.Value is "if" or "for" ? Branch : Name,
                _ => 1,
            };
        return bytes;
    }

    [GeneratedRegex(@"0x[0-9A-F]+UL|\d+(?:UL)?|[A-Za-z_]\w*|<<|>>|[-+&|^~?\[=<>!]")]
    private static partial Regex Token();
}
