using System;
using System.Linq;
using System.Runtime.Intrinsics;
using Barrel.Runtime.Simd;

namespace Barrel.Runtime;

/// <summary>One way to run a model. All give the same bytes.</summary>
/// <param name="Name">What --executor and the environment variable BARREL_EXECUTOR say.</param>
/// <param name="LaneBits">Bits that one add takes.</param>
/// <param name="IsSupported">Whether this processor has such vectors; others are never chosen.</param>
/// <param name="Create">Makes the executor.</param>
public sealed record ExecutorKind(string Name, int LaneBits, bool IsSupported, Func<Model, Executor> Create);

/// <summary>
/// The table of executors, narrowest first. Dispatch, agreement tests, benchmarks, <c>barrel verify</c> and the README read it.
/// </summary>
public static class Executors
{
    /// <summary>Names an executor for every model of the process, for bisecting.</summary>
    public const string EnvironmentVariable = "BARREL_EXECUTOR";

    public static ExecutorKind[] All { get; } =
    [
        new(SwarExecutor.ExecutorName, 64, true, model => new SwarExecutor(model)),
        new("vector128", 128, Lanes128.IsSupported, model => new VectorExecutor<Lanes128, Vector128<byte>, Vector128<short>, Vector128<int>>(model, "vector128")),
        new("vector256", 256, Lanes256.IsSupported, model => new VectorExecutor<Lanes256, Vector256<byte>, Vector256<short>, Vector256<int>>(model, "vector256")),
        new("vector512", 512, Lanes512.IsSupported, model => new VectorExecutor<Lanes512, Vector512<byte>, Vector512<short>, Vector512<int>>(model, "vector512")),
    ];

    /// <summary>An executor for a model: the named one, else the one that BARREL_EXECUTOR names, else the widest that this processor has.</summary>
    /// <exception cref="BarrelException">BRL3008: no such executor here.</exception>
    public static Executor Create(Model model, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        name ??= Environment.GetEnvironmentVariable(EnvironmentVariable);
        ExecutorKind? chosen = null;
        foreach (ExecutorKind kind in All)
            if (kind.IsSupported && (string.IsNullOrEmpty(name) || kind.Name == name))
                chosen = kind;
        if (chosen is null)
            throw new BarrelException(ModelErrors.UnknownExecutor, $"no executor '{name}' on this machine; there are {string.Join(", ", Supported())}");
        return chosen.Create(model);
    }

    private static string[] Supported() => [.. Array.FindAll(All, kind => kind.IsSupported).Select(kind => kind.Name)];
}
