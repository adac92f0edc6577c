using System;
using System.Runtime.Intrinsics;
using Barrel.Runtime.Simd;

namespace Barrel.Runtime;

/// <summary>One way to run a model. All give the same bytes.</summary>
/// <param name="Name">What --executor and the environment variable BARREL_EXECUTOR say.</param>
/// <param name="LaneBits">Bits that one add takes.</param>
/// <param name="IsSupported">Whether this processor has such vectors; others are never chosen.</param>
/// <param name="IsThreaded">Whether several threads can share an inference; the others always run on the caller's alone.</param>
/// <param name="Make">Makes the executor for a model and a number of threads.</param>
public sealed record ExecutorKind(string Name, int LaneBits, bool IsSupported, bool IsThreaded, Func<Model, int, Executor> Make)
{
    /// <summary>
    /// Makes the executor. One of several threads is <see cref="IDisposable"/>; they share every layer's positions, with the same result.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="threads">How many run an inference, the caller's included; 1 to <see cref="Executors.ThreadsMax"/>.</param>
    public Executor Create(Model model, int threads = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(threads, Executors.ThreadsMax);
        return Make(model, threads);
    }
}

/// <summary>
/// The table of executors, narrowest first. Dispatch, agreement tests, benchmarks, <c>barrel verify</c> and the README read it.
/// </summary>
public static class Executors
{
    /// <summary>Names an executor for every model of the process, for bisecting.</summary>
    public const string EnvironmentVariable = "BARREL_EXECUTOR";

    /// <summary>Most threads of an executor.</summary>
    public const int ThreadsMax = 64;

    // Where a processor never has such vectors, as ARM has none of 256 bits, ahead-of-time compilation leaves the executor out.
    public static ExecutorKind[] All { get; } =
    [
        new(ChainExecutor.ExecutorName, 1, true, false, (model, _) => new ChainExecutor(model)),
        new(SwarExecutor.ExecutorName, 64, true, false, (model, _) => new SwarExecutor(model)),
        new("vector128", 128, Lanes128.IsSupported, true, (model, threads) =>
            new VectorExecutor<Lanes128, Vector128<byte>, Vector128<short>, Vector128<int>>(model, "vector128", threads)),
        new("vector256", 256, Lanes256.IsSupported, true, (model, threads) => !Lanes256.IsSupported ? throw Missing("vector256") :
            new VectorExecutor<Lanes256, Vector256<byte>, Vector256<short>, Vector256<int>>(model, "vector256", threads)),
        new("vector512", 512, Lanes512.IsSupported, true, (model, threads) => !Lanes512.IsSupported ? throw Missing("vector512") :
            new VectorExecutor<Lanes512, Vector512<byte>, Vector512<short>, Vector512<int>>(model, "vector512", threads)),
    ];

    /// <summary>Those of the table that this processor has and that do something of their own with the model: one without binary layers has no chains.</summary>
    public static ExecutorKind[] For(Model model)
    {
        ArgumentNullException.ThrowIfNull(model);
        bool hasChains = Array.Exists(model.Layers, layer => layer is BinaryLayer);
        return Array.FindAll(All, kind => kind.IsSupported && (hasChains || kind.Name != ChainExecutor.ExecutorName));
    }

    /// <summary>An executor for a model: the named one, else the one that BARREL_EXECUTOR names, else the widest that this processor has.</summary>
    /// <exception cref="BarrelException">BRL3008: no such executor here.</exception>
    public static Executor Create(Model model, string? name = null, int threads = 1)
    {
        ArgumentNullException.ThrowIfNull(model);
        name ??= Environment.GetEnvironmentVariable(EnvironmentVariable);
        ExecutorKind? chosen = null;
        foreach (ExecutorKind kind in All)
            if (kind.IsSupported && (string.IsNullOrEmpty(name) || kind.Name == name))
                chosen = kind;
        if (chosen is null)
            throw Missing(name!);
        return chosen.Create(model, threads);
    }

    private static BarrelException Missing(string name) =>
        new(ModelErrors.UnknownExecutor, $"no executor '{name}' on this machine; there are {string.Join(", ", Supported())}");

    private static string[] Supported() => Array.ConvertAll(Array.FindAll(All, kind => kind.IsSupported), kind => kind.Name);
}
