using Barrel.Compiler.Lowering;
using Barrel.Compiler.Quantizing;
using Barrel.Compiler.Reports;
using Barrel.Runtime;

namespace Barrel.Compiler.Commands;

/// <summary>
/// Holds a blob against the budget that the user named. Where weights may be chosen the quantizer keeps within it; schemes that give each
/// weight its power,
/// and weights that were trained as powers, take what they take, which only the finished blob says.
/// </summary>
internal static class AddsBudget
{
    // Error feedback may end a little above what it aimed at, and that is no reason to throw the work away.
    private const double Tolerance = 1.005;

    /// <exception cref="BarrelException">BRL2003: more adds than --adds-per-mac allows.</exception>
    public static void Check(CompileOptions options, Model model)
    {
        if (options.AddsPerMac is not double asked || model.Macs == 0)
            return;
        long adds = ModelCosts.Of(model).Sum(l => l.Adds);
        if (adds <= asked * model.Macs * Tolerance)
            return;
        throw new BarrelException(
            LoweringErrors.BadOption,
            $"--adds-per-mac {asked}: with --weights {options.Weights} this network takes {LayerCost.Least(adds, model.Macs)}, "
            + "which is the least that can be met"
            + (options.Weights == "terms"
                ? ": its weights are sums of one or two powers of two and are kept"
                : "; --weights terms spends what it is given"));
    }
}
