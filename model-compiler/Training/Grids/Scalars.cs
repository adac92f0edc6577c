using TorchSharp;

namespace Barrel.Compiler.Training.Grids;

/// <summary>
/// Numbers for calls into libtorch that live as long as the program: the collector may take a temporary one while the native call still reads it
/// ("Unknown scalar type").
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
}
