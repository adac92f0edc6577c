using Barrel.Compiler.Emitting;
using Mono.Cecil;

namespace Barrel.Nano.Tests.Dialect;

/// <summary>The sources for nanoFramework compile against its surface, and their IL and metadata hold nothing that it does not take.</summary>
[TestClass]
public class DialectTests
{
    [TestMethod]
    public void TheRuntimeIsInTheDialect() => AssertClean(NanoSurface.Core);

    [TestMethod]
    public void GeneratedLayersAreInTheDialect() =>
        AssertClean(NanoSurface.Compile("Network", Generated.Sources(new NetworkSource(RoadGrid.Model)), NanoSurface.Core));

    [TestMethod]
    [DataRow("public class A<T> { }", "generic type")]
    [DataRow("public class A { public static void F<T>() { } }", "generic method")]
    [DataRow("public class A { public int[,] Field; }", "several dimensions")]
    [DataRow("public class A { public static int F(int a, int b) { checked { return a + b; } } }", "checked does not throw")]
    [DataRow("public class A { public static unsafe int F(int* a) { return *a; } }", "pointer")]
    [DataRow("public class A { public static unsafe int F() { int* a = stackalloc int[2]; return a[1]; } }", "localloc")]
    [DataRow("public class A { public static int F(uint h) { return (int)h >> 4; } }", "shr of an unsigned value")]
    [DataRow("public class A { public static int F(uint[] h) { return (int)h[0] / 3; } }", "div of an unsigned value")]
    [DataRow("public class A { public static int F(uint h) { int i = (int)h; return i % 10; } }", "rem of an unsigned value")]
    [DataRow("public class A { public static long F(uint h) { return (int)h; } }", "conv.i8 of an unsigned value")]
    [DataRow("public class A { public static long F(ulong h) { return (long)h >> 4; } }", "shr of an unsigned value")]
    [DataRow("public class A { public static int F(uint h) { return G((int)h); } static int G(int a) { return a >> 1; } }", "shr of an unsigned value")]
    [DataRow("public class A { public static int F(uint h) { return G(h) >> 1; } static int G(uint a) { return (int)a; } }", "shr of an unsigned value")]
    public void PlantedFaultsAreFound(string source, string fault) => AssertFault(source, fault);

    [TestMethod]
    [DataRow("public class A { public static int F(uint h) { return (int)(long)h >> 4; } }")]
    [DataRow("public class A { int _h; public int F(uint h) { _h = (int)h; return _h >> 4; } }")]
    [DataRow("public class A { public static uint F(uint h) { return h >> 4; } public static ulong G(uint h) { return h; } }")]
    [DataRow("public class A { public static int F(int[] a) { return a.Length / 2; } }")]
    public void WhatIsRightIsNoFault(string source)
    {
        using AssemblyDefinition planted = NanoSurface.Read(NanoSurface.Compile("Planted", [("Planted.cs", source)]));
        Assert.IsEmpty(DialectRules.FaultsOf(planted));
    }

    [TestMethod]
    public void TooMuchIlIsFound()
    {
        string body = string.Concat(Enumerable.Range(0, 12000).Select(i => $"x[{i % 50}] += {i + 1000};"));
        AssertFault($"public class A {{ public static void F(int[] x) {{ {body} }} }}", "bytes of IL");
    }

    [TestMethod]
    public void TooManyInitializersAreFound()
    {
        string data = string.Join(',', Enumerable.Range(0, 33000).Select(i => i % 256));
        AssertFault($"public class A {{ static readonly byte[] X = {{ {data} }}; static readonly byte[] Y = {{ {data},1 }}; }}", "bytes of initializers");
    }

    [TestMethod]
    public void TooManyVariablesAreFound()
    {
        string names = string.Concat(Enumerable.Range(0, 300).Select(i => $"long v{i} = a * {i}; a += v{i};"));
        string uses = string.Join('+', Enumerable.Range(0, 300).Select(i => $"v{i}"));
        AssertFault($"public class A {{ public static long F(long a) {{ {names} return {uses}; }} }}", "variables");
    }

    /// <summary>What the surface does not have does not compile.</summary>
    [TestMethod]
    [DataRow("System.Span<byte> s;")]
    [DataRow("int? i;")]
    [DataRow("(int, int) t;")]
    [DataRow("System.Collections.Generic.List<int> l;")]
    [DataRow("int i = System.Numerics.BitOperations.PopCount(7u);")]
    [DataRow("int i = new int[3][^1];")]
    [DataRow("double d = System.Math.Sqrt(2);")]
    public void ForbiddenTypesDoNotCompile(string statement) =>
        Assert.ThrowsExactly<AssertFailedException>(() => NanoSurface.Compile("Planted", [("Planted.cs", $"public class A {{ public static void F() {{ {statement} }} }}")]));

    private static void AssertFault(string source, string fault)
    {
        using AssemblyDefinition planted = NanoSurface.Read(NanoSurface.Compile("Planted", [("Planted.cs", source)]));
        string[] found = DialectRules.FaultsOf(planted);
        Assert.IsTrue(Array.Exists(found, f => f.Contains(fault)), $"{fault}: {string.Join("; ", found)}");
    }

    internal static void AssertClean(byte[] image)
    {
        using AssemblyDefinition assembly = NanoSurface.Read(image);
        Assert.IsEmpty(DialectRules.FaultsOf(assembly));
    }
}
