using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Barrel.Nano.Tests.Interpreter;

/// <summary>An instruction, its operand looked up.</summary>
internal struct Step
{
    public Code Code;

    /// <summary>Target of a branch, number of a variable or argument, slot of a field, or a small constant.</summary>
    public int Index;

    public long Number;

    public object? Operand;
}

/// <summary>A method, ready to run.</summary>
internal sealed class Routine
{
    public required MethodDefinition Method { get; init; }

    public required Step[] Steps { get; init; }

    public required int Arguments { get; init; }

    public required ExceptionHandler[] Handlers { get; init; }

    /// <summary>[handler]: first step of the try, one behind its last, first step of the handler, one behind its last.</summary>
    public required int[][] Ranges { get; init; }

    /// <summary>Starts of local variables: zero of their kind.</summary>
    public required Slot[] Locals { get; init; }

    public bool IsNative => Steps.Length == 0;
}

/// <summary>Assemblies as the interpreter sees them: methods by definition, fields by place.</summary>
internal sealed class Program : IAssemblyResolver
{
    private readonly Dictionary<string, AssemblyDefinition> _assemblies = [];
    private readonly Dictionary<MethodDefinition, Routine> _routines = [];
    private readonly Dictionary<TypeDefinition, FieldDefinition[]> _fields = [];
    private readonly Dictionary<FieldDefinition, int> _places = [];
    private readonly Dictionary<(TypeDefinition, MethodDefinition), MethodDefinition> _overrides = [];

    public Program(IEnumerable<byte[]> images)
    {
        foreach (byte[] image in images)
        {
            AssemblyDefinition assembly = AssemblyDefinition.ReadAssembly(new MemoryStream(image), new ReaderParameters { AssemblyResolver = this });
            _assemblies.Add(assembly.Name.Name, assembly);
        }
    }

    public IEnumerable<AssemblyDefinition> Assemblies => _assemblies.Values;

    public AssemblyDefinition Resolve(AssemblyNameReference name) => _assemblies[name.Name];

    public AssemblyDefinition Resolve(AssemblyNameReference name, ReaderParameters parameters) => _assemblies[name.Name];

    public void Dispose()
    {
    }

    public TypeDefinition Type(string fullName) => _assemblies.Values.Select(a => a.MainModule.GetType(fullName)).First(t => t is not null);

    public MethodDefinition Method(string type, string name) => Type(type).Methods.First(m => m.Name == name);

    /// <summary>Fields of an object of a type, those of its bases first.</summary>
    public FieldDefinition[] FieldsOf(TypeDefinition type)
    {
        if (!_fields.TryGetValue(type, out FieldDefinition[]? fields))
        {
            fields = [.. type.BaseType is null ? [] : FieldsOf(type.BaseType.Resolve()), .. type.Fields.Where(f => !f.IsStatic)];
            _fields.Add(type, fields);
            foreach (FieldDefinition field in type.Fields.Where(f => !f.IsStatic))
                _places[field] = Array.IndexOf(fields, field);
        }

        return fields;
    }

    public int PlaceOf(FieldDefinition field)
    {
        FieldsOf(field.DeclaringType);
        return _places[field];
    }

    /// <summary>What a call of a virtual method runs on an object of a type.</summary>
    public MethodDefinition Override(TypeDefinition type, MethodDefinition method)
    {
        if (!_overrides.TryGetValue((type, method), out MethodDefinition? found))
        {
            for (TypeDefinition? t = type; t is not null && found is null; t = t.BaseType?.Resolve())
                found = t.Methods.FirstOrDefault(m => m.Name == method.Name && !m.IsStatic && m.IsVirtual && m.Parameters.Count == method.Parameters.Count
                    && m.Parameters.Zip(method.Parameters).All(p => p.First.ParameterType.FullName == p.Second.ParameterType.FullName));
            _overrides.Add((type, method), found ?? method);
        }

        return _overrides[(type, method)];
    }

    public Routine RoutineOf(MethodDefinition method)
    {
        if (!_routines.TryGetValue(method, out Routine? routine))
            _routines.Add(method, routine = Decode(method));
        return routine;
    }

    /// <summary>Zero of a type.</summary>
    public Slot ZeroOf(TypeReference type) => type.MetadataType switch
    {
        MetadataType.UInt32 => new Slot { Kind = Kind.UInt32 },
        MetadataType.Int64 => new Slot { Kind = Kind.Int64 },
        MetadataType.UInt64 => new Slot { Kind = Kind.UInt64 },
        MetadataType.ValueType when !type.Resolve().IsEnum => Slot.Of(NewInstance(type.Resolve())),
        MetadataType.ValueType or MetadataType.Int32 or MetadataType.Boolean or MetadataType.Char or MetadataType.SByte or MetadataType.Byte
            or MetadataType.Int16 or MetadataType.UInt16 => default,
        MetadataType.Single or MetadataType.Double => throw new NotSupportedException($"{type} is not for this interpreter"),
        _ => Slot.Of(null),
    };

    public Instance NewInstance(TypeDefinition type) => new(type, [.. FieldsOf(type).Select(f => ZeroOf(f.FieldType))]);

    private Routine Decode(MethodDefinition method)
    {
        int arguments = method.Parameters.Count + (method.HasThis ? 1 : 0);
        if (!method.HasBody)
            return new Routine { Method = method, Steps = [], Arguments = arguments, Handlers = [], Ranges = [], Locals = [] };
        Instruction[] instructions = [.. method.Body.Instructions];
        Dictionary<Instruction, int> at = instructions.Select((x, i) => (x, i)).ToDictionary(p => p.x, p => p.i);
        ExceptionHandler[] handlers = [.. method.Body.ExceptionHandlers];
        int End(Instruction? end) => end is null ? instructions.Length : at[end];
        return new Routine
        {
            Method = method,
            Steps = [.. instructions.Select(i => Decode(method, i, at))],
            Arguments = arguments,
            Handlers = handlers,
            Ranges = [.. handlers.Select(h => new[] { at[h.TryStart], End(h.TryEnd), at[h.HandlerStart], End(h.HandlerEnd) })],
            Locals = [.. method.Body.Variables.Select(v => ZeroOf(v.VariableType))],
        };
    }

    private Step Decode(MethodDefinition method, Instruction instruction, Dictionary<Instruction, int> at)
    {
        Step step = new() { Code = instruction.OpCode.Code, Operand = instruction.Operand };
        switch (instruction.Operand)
        {
            case Instruction target:
                step.Index = at[target];
                break;
            case Instruction[] targets:
                step.Operand = targets.Select(t => at[t]).ToArray();
                break;
            case VariableDefinition variable:
                step.Index = variable.Index;
                break;
            case ParameterDefinition parameter:
                step.Index = parameter.Index + (method.HasThis ? 1 : 0);
                break;
            case FieldReference field:
                FieldDefinition resolved = field.Resolve();
                step.Operand = resolved;
                if (!resolved.IsStatic)
                    step.Index = PlaceOf(resolved);
                break;
            case MethodReference called:
                step.Operand = called.Resolve() ?? throw new MissingMethodException(called.FullName);
                break;
            case sbyte or int:
                step.Index = Convert.ToInt32(instruction.Operand);
                break;
            case long number:
                step.Number = number;
                break;
        }

        return step;
    }
}
