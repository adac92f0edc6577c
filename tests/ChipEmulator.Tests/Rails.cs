namespace Barrel.ChipEmulator.Tests;

/// <summary>The race as the document tells it: two edges, PE by PE, with recoded inputs and swaps.</summary>
internal static class Rails
{
    /// <param name="inputBits">Bit of each PE's input in the chain's order, 1 for −1.</param>
    /// <param name="differences">By how many steps each PE delays rail B more than rail A.</param>
    /// <returns>By how many steps rail B is later at the end.</returns>
    public static double Race(IReadOnlyList<int> inputBits, IReadOnlyList<double> differences)
    {
        double railA = 0;
        double railB = 0;
        for (int i = 0; i < inputBits.Count; i++)
        {
            if (differences[i] > 0)
                railB += differences[i];
            else
                railA -= differences[i];
            int recoded = i + 1 < inputBits.Count ? inputBits[i] ^ inputBits[i + 1] : inputBits[i];
            if (recoded == 1)
                (railA, railB) = (railB, railA);
        }

        return railB - railA;
    }

    /// <summary>The same for weight bits of PEs without fault or variation.</summary>
    public static int Race(IReadOnlyList<int> inputBits, IReadOnlyList<int> weightBits) =>
        (int)Race(inputBits, [.. weightBits.Select(w => w == 0 ? 1.0 : -1.0)]);
}
