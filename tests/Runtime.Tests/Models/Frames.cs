namespace Barrel.Runtime.Tests.Models;

/// <summary>Codes for tensors: random ones, and the extremes that fill lanes.</summary>
internal static class Frames
{
    /// <summary>Fills a tensor in the arena with codes of its range.</summary>
    public static void Fill(byte[] arena, TensorInfo tensor, Random random)
    {
        int codeMax = (1 << tensor.Bits) - 1;
        int pattern = random.Next(4);
        for (int i = 0; i < tensor.ByteCount(); i++)
            arena[tensor.ArenaOffset + i] = (byte)(pattern switch
            {
                0 => codeMax,
                1 => random.Next(8) == 0 ? random.Next(codeMax + 1) : codeMax,
                _ => random.Next(codeMax + 1),
            });
    }
}
