namespace Barrel.Nano.Tests.Interpreter;

/// <summary>What the interpreter takes a value for. Like nanoFramework's it carries this with the value, which is where its traps come from.</summary>
internal enum Kind : byte
{
    Int32,
    UInt32,
    Int64,
    UInt64,
    Reference,
    Address,
}

/// <summary>A local variable, an argument, a field or a place of the evaluation stack.</summary>
internal struct Slot
{
    /// <summary>The number, sign- or zero-extended; of an address the index.</summary>
    public long Number;

    /// <summary>Null, an <see cref="Instance"/>, a string, an array; of an address what it points into.</summary>
    public object? Object;

    public Kind Kind;

    public readonly int Int => (int)Number;

    public static Slot Of(int value) => new() { Number = value };

    public static Slot Of(object? value) => new() { Object = value, Kind = Kind.Reference };
}

/// <summary>An object of a class or a boxed or plain struct.</summary>
internal sealed class Instance(Mono.Cecil.TypeDefinition type, Slot[] fields)
{
    public Mono.Cecil.TypeDefinition Type => type;

    public Slot[] Fields => fields;

    public Instance Copy() => new(type, (Slot[])fields.Clone());
}

/// <summary>A function to call: of a delegate.</summary>
internal sealed record Function(object? Target, Mono.Cecil.MethodDefinition Method);

/// <summary>An exception on its way through interpreted frames.</summary>
internal sealed class ThrownException(Instance instance) : Exception($"{instance.Type.FullName}: {instance.Fields.Select(f => f.Object).OfType<string>().FirstOrDefault()}")
{
    public Instance Instance => instance;
}
