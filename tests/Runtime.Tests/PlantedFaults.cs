using System.Runtime.Intrinsics;

namespace Barrel.Runtime.Tests;

/// <summary>One forbidden thing each, for the test that must find them.</summary>
internal static class PlantedFaults
{
    public static int Multiply(int a, int b) => a * b;

    public static int Divide(int a, int b) => a / b;

    public static int Remainder(int a, int b) => a % b;

    public static int Float(int a) => (int)((float)a + a);

    public static int[] Allocate(int n) => new int[n];

    public static Vector128<int> VectorMultiply(Vector128<int> a) => a * a;

    /// <summary>Behind a virtual call.</summary>
    public static int Hidden(Base @base, int a) => @base.Do(a);

    internal abstract class Base
    {
        public abstract int Do(int a);
    }

    internal sealed class Derived : Base
    {
        public override int Do(int a) => Multiply(a, a);
    }
}
