using TorchSharp;
using static TorchSharp.torch;

namespace Barrel.Compiler.Training.Grids;

/// <summary>
/// Numbers for calls into libtorch that live as long as the program: the collector may take a temporary one while the native call still reads it
/// ("Unknown scalar type"). TorchSharp's own operators + and − make such a temporary for the factor 1 of their second operand; those here do not.
/// </summary>
internal static class Scalars
{
    private static readonly Dictionary<double, Scalar> Made = [];

    public static Scalar Of(double value)
    {
        lock (Made)
        {
            if (!Made.TryGetValue(value, out Scalar? scalar))
                Made[value] = scalar = value.ToScalar();
            return scalar;
        }
    }

    private static readonly Scalar One = Of(1);

    private static readonly Scalar MinusOne = Of(-1);

    public static Tensor Plus(this Tensor left, Tensor right) => left.add(right, One);

    public static Tensor Plus(this Tensor left, double right) => left.add(Of(right), One);

    public static Tensor Minus(this Tensor left, Tensor right) => left.add(right, MinusOne);

    /// <summary>Adds in place.</summary>
    public static Tensor PlusOwn(this Tensor left, Tensor right) => left.add_(right, One);

    /// <summary>Adds in place.</summary>
    public static Tensor PlusOwn(this Tensor left, double right) => left.add_(Of(right), One);

    /// <summary>Subtracts in place.</summary>
    public static Tensor MinusOwn(this Tensor left, Tensor right) => left.add_(right, MinusOne);
}
