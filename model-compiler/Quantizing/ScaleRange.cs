using Barrel.Compiler.Lowering;
using Barrel.Runtime;

namespace Barrel.Compiler.Quantizing;

/// <summary>A blob keeps the exponent of a scale in a signed byte. Weights that are finite each may still give sums that are not.</summary>
internal static class ScaleRange
{
    /// <exception cref="BarrelException">BRL2006.</exception>
    public static void Check(LoweredNetwork network)
    {
        foreach (LoweredLayer layer in network.Layers)
            foreach (int exponent in layer.Output.ScaleExponents)
                if (exponent is < sbyte.MinValue or > sbyte.MaxValue)
                {
                    throw new BarrelException(
                        LoweringErrors.ScaleRange,
                        $"node '{layer.Name}': its values on the calibration frames ask for steps of 2^{exponent}; 2^{sbyte.MinValue} to " +
                        $"2^{sbyte.MaxValue} would be right");
                }
    }
}
