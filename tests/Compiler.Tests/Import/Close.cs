namespace Barrel.Compiler.Tests.Import;

/// <summary>Comparison of float arrays.</summary>
internal static class Close
{
    /// <summary>Fails where |actual − expected| exceeds the tolerance times max(1, |expected|).</summary>
    public static void Assert(float[] expected, float[] actual, double tolerance, string what)
    {
        if (First(expected, actual, tolerance) is string difference)
            throw new AssertFailedException($"{what}: {difference}");
    }

    /// <summary>The first difference in words, or null.</summary>
    public static string? First(float[] expected, float[] actual, double tolerance)
    {
        if (expected.Length != actual.Length)
            return $"{actual.Length} elements, {expected.Length} expected";
        for (int i = 0; i < expected.Length; i++)
        {
            if (!(Math.Abs(actual[i] - expected[i]) <= tolerance * Math.Max(1, Math.Abs(expected[i]))) && !actual[i].Equals(expected[i]))
                return $"element {i} is {actual[i]}, {expected[i]} expected";
        }
        return null;
    }
}
