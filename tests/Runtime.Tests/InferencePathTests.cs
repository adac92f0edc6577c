using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Barrel.Runtime.Tests;

/// <summary>Reads the IL of everything that a run can reach: nothing multiplies, divides, allocates, throws or touches floating point.</summary>
[TestClass]
public class InferencePathTests
{
    private static readonly HashSet<Code> Forbidden =
    [
        Code.Mul, Code.Mul_Ovf, Code.Mul_Ovf_Un, Code.Div, Code.Div_Un, Code.Rem, Code.Rem_Un, Code.Ldc_R4, Code.Ldc_R8, Code.Conv_R4, Code.Conv_R8, Code.Conv_R_Un,
        Code.Newobj, Code.Newarr, Code.Box, Code.Throw, Code.Rethrow,
    ];

    /// <summary>What the path may call outside the runtime: vector adds, shifts, compares and moves, span copies, address arithmetic.</summary>
    private static readonly HashSet<string> AllowedVectorMethods =
    [
        "LoadUnsafe", "StoreUnsafe", "WidenLower", "WidenUpper", "Narrow", "Create", "Min", "Max", "GreaterThan", "ConditionalSelect", "get_Count",
        "op_Addition", "op_Subtraction", "op_LeftShift", "op_RightShift", "op_BitwiseAnd", "op_BitwiseOr", "op_ExclusiveOr", "op_UnsignedRightShift", "Shuffle", "AsInt16", "AsUInt16", "AsByte", "AsInt32", "GetLower",
    ];

    private static readonly HashSet<string> AllowedMethods =
    [
        "System.Runtime.CompilerServices.Unsafe.Add", "System.Runtime.CompilerServices.Unsafe.IsAddressLessThan",
        "System.Runtime.InteropServices.MemoryMarshal.GetArrayDataReference", "System.Array.Copy", "System.Array.Clear",
        "System.MemoryExtensions.AsSpan", "System.Span`1.CopyTo", "System.Span`1.Clear",

        // What NEON adds and subtracts as it widens, and how it parts even lanes from odd ones.
        "System.Runtime.Intrinsics.Arm.AdvSimd/Arm64.get_IsSupported", "System.Runtime.Intrinsics.Arm.AdvSimd.AddWideningLower",
        "System.Runtime.Intrinsics.Arm.AdvSimd.AddWideningUpper", "System.Runtime.Intrinsics.Arm.AdvSimd.SubtractWideningLower",
        "System.Runtime.Intrinsics.Arm.AdvSimd.SubtractWideningUpper", "System.Runtime.Intrinsics.Arm.AdvSimd/Arm64.UnzipEven",
        "System.Runtime.Intrinsics.Arm.AdvSimd/Arm64.UnzipOdd", "System.Runtime.Intrinsics.Arm.AdvSimd/Arm64.ZipLow",
        "System.Runtime.Intrinsics.Arm.AdvSimd/Arm64.ZipHigh",

        // Tables of codes.
        "System.Runtime.Intrinsics.Arm.AdvSimd/Arm64.VectorTableLookup", "System.Runtime.Intrinsics.Arm.AdvSimd/Arm64.VectorTableLookupExtension",
        "System.Runtime.Intrinsics.X86.Avx512Vbmi.PermuteVar64x8x2",

        // Counts of bits, or tables of them.
        "System.Runtime.Intrinsics.Arm.AdvSimd.get_IsSupported", "System.Runtime.Intrinsics.Arm.AdvSimd.PopCount",
        "System.Runtime.Intrinsics.X86.Ssse3.get_IsSupported", "System.Runtime.Intrinsics.X86.Ssse3.Shuffle",
        "System.Runtime.Intrinsics.X86.Avx2.get_IsSupported", "System.Runtime.Intrinsics.X86.Avx2.Shuffle",
        "System.Runtime.Intrinsics.X86.Avx512BW.get_IsSupported", "System.Runtime.Intrinsics.X86.Avx512BW.Shuffle",
        "System.Runtime.Intrinsics.X86.Avx512Vbmi.get_IsSupported", "System.Runtime.Intrinsics.X86.Avx512Vbmi.PermuteVar64x8",

        // Several threads: a semaphore wakes them once a frame, a counter holds them together.
        "System.Threading.SemaphoreSlim.Release", "System.Threading.Interlocked.Increment", "System.Threading.Volatile.Read", "System.Threading.SpinWait.SpinOnce",
    ];

    [TestMethod]
    public void Nothing_in_a_run_multiplies_divides_allocates_or_throws()
    {
        using AssemblyDefinition runtime = AssemblyDefinition.ReadAssembly(typeof(Executor).Assembly.Location);
        MethodDefinition[] roots = [.. AllTypes(runtime.MainModule).SelectMany(t => t.Methods).Where(m => m.Name is "Run" or "RunLayer" && IsRunner(m.DeclaringType))];
        Assert.IsGreaterThan(4, roots.Length);
        string[] found = Walk(runtime.MainModule, roots, out int methods);
        Assert.IsEmpty(found, string.Join(Environment.NewLine, found));
        Assert.IsGreaterThan(60, methods, "the walk reaches kernels, writers and lanes");
    }

    [TestMethod]
    [DataRow("Multiply", "mul")]
    [DataRow("Divide", "div")]
    [DataRow("Remainder", "rem")]
    [DataRow("Float", "conv.r4")]
    [DataRow("Allocate", "newarr")]
    [DataRow("VectorMultiply", "op_Multiply")]
    [DataRow("Hidden", "mul")]
    public void A_planted_fault_is_found(string method, string fault)
    {
        using AssemblyDefinition tests = AssemblyDefinition.ReadAssembly(typeof(PlantedFaults).Assembly.Location);
        MethodDefinition root = tests.MainModule.GetType(typeof(PlantedFaults).FullName).Methods.Single(m => m.Name == method);
        string[] found = Walk(tests.MainModule, [root], out _);
        Assert.IsTrue(Array.Exists(found, f => f.Contains(fault)), $"{fault} in {method}: {string.Join("; ", found)}");
    }

    private static bool IsRunner(TypeDefinition type)
    {
        for (TypeDefinition? t = type; t is not null; t = t.BaseType?.Resolve())
            if (t.Name is "Executor" or "LayerRunner")
                return true;
        return false;
    }

    private static string[] Walk(ModuleDefinition module, MethodDefinition[] roots, out int methods)
    {
        List<string> found = [];
        HashSet<MethodDefinition> seen = [.. roots];
        Queue<MethodDefinition> queue = new(roots);
        TypeDefinition[] types = [.. AllTypes(module)];
        while (queue.TryDequeue(out MethodDefinition? method))
        {
            if (!method.HasBody)
                continue;
            foreach (VariableDefinition local in method.Body.Variables)
                if (local.VariableType.MetadataType is MetadataType.Single or MetadataType.Double)
                    found.Add($"{method.FullName}: local of type {local.VariableType}");
            foreach (Instruction instruction in method.Body.Instructions)
            {
                if (Forbidden.Contains(instruction.OpCode.Code))
                    found.Add($"{method.FullName}: {instruction.OpCode}");
                if (instruction.Operand is not MethodReference called || instruction.OpCode.Code is Code.Newobj)
                    continue;
                MethodDefinition? target = called.Resolve();
                if (target is null || target.Module.Assembly.FullName != module.Assembly.FullName)
                {
                    if (!IsAllowed(called))
                        found.Add($"{method.FullName}: calls {called.DeclaringType.GetElementType().FullName}.{called.Name}");
                    continue;
                }

                foreach (MethodDefinition reached in Implementations(types, target))
                    if (seen.Add(reached))
                        queue.Enqueue(reached);
            }
        }

        methods = seen.Count;
        return [.. found];
    }

    /// <summary>The method and, where it is virtual, abstract or a static interface member, every method of its name and arity that could stand for it.</summary>
    private static IEnumerable<MethodDefinition> Implementations(TypeDefinition[] types, MethodDefinition target)
    {
        yield return target;
        if (!target.IsVirtual && !target.DeclaringType.IsInterface)
            yield break;
        foreach (TypeDefinition type in types)
            foreach (MethodDefinition method in type.Methods)
                if (method != target && method.Name.Split('.')[^1] == target.Name && method.Parameters.Count == target.Parameters.Count
                    && (target.DeclaringType.IsInterface ? type.HasInterfaces : method.IsVirtual))
                    yield return method;
    }

    private static bool IsAllowed(MethodReference called)
    {
        string type = called.DeclaringType.GetElementType().FullName;
        return type.StartsWith("System.Runtime.Intrinsics.Vector", StringComparison.Ordinal)
            ? AllowedVectorMethods.Contains(called.Name)
            : AllowedMethods.Contains($"{type}.{called.Name}");
    }

    private static IEnumerable<TypeDefinition> AllTypes(ModuleDefinition module) => module.GetTypes();
}
