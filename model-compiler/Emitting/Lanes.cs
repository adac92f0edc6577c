using System.Globalization;

namespace Barrel.Compiler.Emitting;

/// <summary>The same number in all lanes of a word, as it stands in C#.</summary>
internal static class Lanes
{
    /// <summary>In eight bytes.</summary>
    public static string Bytes(int value) => Literal((ulong)(byte)value * 0x0101010101010101UL);

    /// <summary>In four lanes of 16 bits; negative numbers borrow, which is exact modulo 2^64.</summary>
    public static string Words(long value) => Literal(unchecked((ulong)value * 0x0001000100010001UL));

    public static string Literal(ulong value) => value == 0 ? "0" : string.Create(CultureInfo.InvariantCulture, $"0x{value:X16}UL");
}
