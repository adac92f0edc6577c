using CsCheck;

namespace Barrel.Compiler.Tests;

/// <summary>Property tests that run the same cases each time.</summary>
internal static class FixedSamples
{
    private const string Seed = "0000KzW3Yvx7";

    /// <summary>Checks so many cases. They are one sample of CsCheck, which fixes the first sample alone.</summary>
    public static void Each<T>(this Gen<T> gen, int cases, Action<T> check) => gen.Array[cases].Sample(
        all =>
        {
            foreach (T one in all)
            {
                try
                {
                    check(one);
                }
                catch (Exception e)
                {
                    throw new AssertFailedException($"case {one}: {e.Message}", e);
                }
            }
        },
        seed: Seed, iter: 1, threads: 1, print: _ => "");
}
