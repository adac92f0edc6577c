using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Barrel.Nano.Tests.Dialect;

/// <summary>What nanoFramework 1.17 does not take though it compiles, read out of IL and metadata. Each rule gives one line for each place.</summary>
internal static class DialectRules
{
    public const int IlBytesMax = 65_536;
    public const int InitializerBytesMax = 65_536;

    /// <summary>Counts of arguments, local variables and places of the stack are a byte each in nanoFramework's metadata.</summary>
    private const int SlotsMax = 255;

    public static string[] FaultsOf(AssemblyDefinition assembly)
    {
        MethodDefinition[] methods = [.. assembly.MainModule.GetTypes().SelectMany(t => t.Methods)];
        return
        [
            .. assembly.MainModule.GetTypes().SelectMany(FaultsOf),
            .. methods.SelectMany(FaultsOf),
            .. new UnsignedFlow(methods).Faults(),
            .. SizeFaults(assembly, methods),
        ];
    }

    public static int IlBytesOf(AssemblyDefinition assembly) => assembly.MainModule.GetTypes().SelectMany(t => t.Methods).Where(m => m.HasBody).Sum(m => m.Body.CodeSize);

    public static int InitializerBytesOf(AssemblyDefinition assembly) => assembly.MainModule.GetTypes().SelectMany(t => t.Fields).Sum(f => f.InitialValue.Length);

    private static IEnumerable<string> SizeFaults(AssemblyDefinition assembly, MethodDefinition[] methods)
    {
        if (IlBytesOf(assembly) > IlBytesMax)
            yield return $"{assembly.Name.Name}: {IlBytesOf(assembly)} bytes of IL";
        if (InitializerBytesOf(assembly) > InitializerBytesMax)
            yield return $"{assembly.Name.Name}: {InitializerBytesOf(assembly)} bytes of initializers";
        foreach (MethodDefinition method in methods.Where(m => m.HasBody))
            if (method.Body.Variables.Count > SlotsMax || method.Body.MaxStackSize > SlotsMax || method.Parameters.Count >= SlotsMax)
                yield return $"{method.FullName}: {method.Body.Variables.Count} variables, a stack of {method.Body.MaxStackSize}";
    }

    private static IEnumerable<string> FaultsOf(TypeDefinition type)
    {
        if (type.HasGenericParameters)
            yield return $"{type.FullName}: generic type";
        if (type.IsInterface && type.Methods.Any(m => m.HasBody))
            yield return $"{type.FullName}: interface with a body";
        if (type.BaseType is not null && WhyNot(type.BaseType) is string why)
            yield return $"{type.FullName}: {why}";
        foreach (FieldDefinition field in type.Fields)
            if (WhyNot(field.FieldType) is string not)
                yield return $"{field.FullName}: {not}";
        foreach (InterfaceImplementation implemented in type.Interfaces)
            if (WhyNot(implemented.InterfaceType) is string not)
                yield return $"{type.FullName}: {not}";
    }

    private static IEnumerable<string> FaultsOf(MethodDefinition method)
    {
        if (method.HasGenericParameters)
            yield return $"{method.FullName}: generic method";
        foreach (TypeReference type in method.Parameters.Select(p => p.ParameterType).Append(method.ReturnType))
            if (WhyNot(type) is string why)
                yield return $"{method.FullName}: {why}";
        if (!method.HasBody)
            yield break;
        foreach (VariableDefinition variable in method.Body.Variables)
            if (WhyNot(variable.VariableType) is string why)
                yield return $"{method.FullName}: {why}";
        foreach (Instruction instruction in method.Body.Instructions)
            if (WhyNot(instruction) is string why)
                yield return $"{method.FullName}: {why}";
    }

    private static string? WhyNot(Instruction instruction)
    {
        string name = instruction.OpCode.Name;
        if (name.Contains(".ovf", StringComparison.Ordinal) && !name.StartsWith("conv.ovf.i", StringComparison.Ordinal))
            return $"{name}: checked does not throw";
        if (instruction.OpCode.Code is Code.Localloc or Code.Calli or Code.Cpblk or Code.Initblk or Code.Tail or Code.Jmp)
            return name;
        return instruction.Operand switch
        {
            GenericInstanceMethod generic => $"generic method {generic.FullName}",
            MethodReference method => WhyNot(method.DeclaringType),
            FieldReference field => WhyNot(field.FieldType) ?? WhyNot(field.DeclaringType),
            TypeReference type => WhyNot(type),
            _ => null,
        };
    }

    private static string? WhyNot(TypeReference type) => type switch
    {
        GenericInstanceType or GenericParameter => $"generic type {type.FullName}",
        PointerType or FunctionPointerType => $"pointer {type.FullName}",
        ArrayType { Rank: > 1 } => $"array of several dimensions {type.FullName}",
        TypeSpecification specification => WhyNot(specification.ElementType),
        _ => null,
    };
}
