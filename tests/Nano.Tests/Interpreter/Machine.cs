using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Barrel.Nano.Tests.Interpreter;

/// <summary>
/// Runs IL one instruction at a time, as nanoFramework's interpreter does, and counts them: one for each that is executed, a call of a native method being one.
/// Values carry their kind: a uint that is cast to int stays one until it is stored to a field or an array.
/// </summary>
internal sealed class Machine
{
    private const int StackSlots = 1 << 16;

    private readonly Slot[] _stack = new Slot[StackSlots];
    private readonly Dictionary<FieldDefinition, Slot[]> _statics = [];
    private readonly HashSet<TypeDefinition> _initialized = [];
    private readonly Natives _natives;

    /// <summary>Where a frame that is resumed has its stack's top.</summary>
    private int _top;

    /// <summary>One behind all that running frames use.</summary>
    private int _reach;

    public Machine(Program program)
    {
        Program = program;
        Memory = new ManagedHeap(Roots);
        _natives = new Natives(this);
    }

    public Program Program { get; }

    /// <summary>Instructions so far.</summary>
    public long Count { get; private set; }

    public ManagedHeap Memory { get; }

    /// <summary>Lines of the debug port.</summary>
    public List<string> Lines { get; } = [];

    /// <summary>Methods that the surface leaves open: by full name, for tests that stand in for a device.</summary>
    public Dictionary<string, Func<Slot[], Slot>> Devices { get; } = [];

    /// <summary>Calls a method with objects, arrays or numbers.</summary>
    public Slot Call(MethodDefinition method, params Slot[] arguments)
    {
        arguments.CopyTo(_stack, _reach);
        return Run(Program.RoutineOf(method), _reach);
    }

    /// <summary>Makes an object and calls its constructor of so many parameters.</summary>
    public Slot New(string type, params Slot[] arguments)
    {
        TypeDefinition definition = Program.Type(type);
        Initialize(definition);
        Slot made = Slot.Of(Allocate(definition));
        Call(definition.Methods.First(m => m.IsConstructor && !m.IsStatic && m.Parameters.Count == arguments.Length), [made, .. arguments]);
        return made;
    }

    public Slot Get(Slot instance, string property)
    {
        TypeDefinition type = ((Instance)instance.Object!).Type;
        MethodDefinition? getter = null;
        for (TypeDefinition? t = type; getter is null && t is not null; t = t.BaseType?.Resolve())
            getter = t.Methods.FirstOrDefault(m => m.Name == "get_" + property || m.Name == property);
        return Call(Program.Override(type, getter!), instance);
    }

    public Slot FieldOf(Slot instance, string name)
    {
        Instance of = (Instance)instance.Object!;
        return of.Fields[Array.FindIndex(Program.FieldsOf(of.Type), f => f.Name == name)];
    }

    public Instance Allocate(TypeDefinition type)
    {
        Instance made = Program.NewInstance(type);
        Memory.Took(made);
        return made;
    }

    /// <summary>Throws one of the surface's exceptions.</summary>
    public ThrownException Thrown(string type) => new(Allocate(Program.Type(type)));

    private IEnumerable<object?> Roots()
    {
        for (int i = 0; i < _reach; i++)
            if (_stack[i].Object is not null)
                yield return _stack[i].Object;
        foreach (Slot[] value in _statics.Values)
            yield return value[0].Object;
    }

    private Slot[] Static(FieldDefinition field)
    {
        Initialize(field.DeclaringType);
        if (!_statics.TryGetValue(field, out Slot[]? place))
            _statics.Add(field, place = [Program.ZeroOf(field.FieldType)]);
        return place;
    }

    private void Initialize(TypeDefinition type)
    {
        if (!_initialized.Add(type))
            return;
        MethodDefinition? initializer = type.Methods.FirstOrDefault(m => m.Name == ".cctor");
        if (initializer is not null)
            Call(initializer);
    }

    /// <summary>Runs a method whose arguments lie at a place of the stack.</summary>
    private Slot Run(Routine routine, int arguments)
    {
        if (routine.IsNative)
            return _natives.Call(routine.Method, _stack.AsSpan(arguments, routine.Arguments).ToArray());
        int locals = arguments + routine.Arguments;
        routine.Locals.CopyTo(_stack, locals);
        for (int i = 0; i < routine.Locals.Length; i++)
            if (routine.Locals[i].Object is Instance zero)
                _stack[locals + i].Object = zero.Copy();
        int bottom = locals + routine.Locals.Length;
        int reach = _reach;
        _reach = bottom + routine.Method.Body.MaxStackSize + 4;
        Array.Clear(_stack, bottom, _reach - bottom);
        Memory.Enter(routine);
        int step = 0;
        ThrownException? pending = null;
        Stack<int> after = new();
        while (true)
        {
            try
            {
                Slot result = Loop(routine, arguments, locals, bottom, ref step, after, pending);
                Memory.Leave(routine);
                _reach = reach;
                return result;
            }
            catch (ThrownException e)
            {
                int handler = HandlerFor(routine, step, e);
                if (handler < 0)
                {
                    Memory.Leave(routine);
                    _reach = reach;
                    throw;
                }

                pending = e;
                step = routine.Ranges[handler][2];
                _reach = bottom + routine.Method.Body.MaxStackSize + 4;
                _top = bottom;
                if (routine.Handlers[handler].HandlerType == ExceptionHandlerType.Catch)
                    _stack[_top++] = Slot.Of(e.Instance);
            }
        }
    }

    private static int HandlerFor(Routine routine, int step, ThrownException thrown)
    {
        for (int h = 0; h < routine.Handlers.Length; h++)
            if (step >= routine.Ranges[h][0] && step < routine.Ranges[h][1]
                && (routine.Handlers[h].HandlerType == ExceptionHandlerType.Finally || Is(thrown.Instance.Type, routine.Handlers[h].CatchType.Resolve())))
                return h;
        return -1;
    }

    internal static bool Is(TypeDefinition? type, TypeDefinition wanted)
    {
        for (; type is not null; type = type.BaseType?.Resolve())
            if (type == wanted || type.Interfaces.Any(i => i.InterfaceType.Resolve() == wanted))
                return true;
        return false;
    }

    /// <summary>The loop. <paramref name="at"/> is the step that runs, so that a handler can be found for it.</summary>
    private Slot Loop(Routine routine, int arguments, int locals, int bottom, ref int at, Stack<int> after, ThrownException? pending)
    {
        Slot[] s = _stack;
        Step[] steps = routine.Steps;
        int top = at == 0 ? bottom : _top;
        int next = at;
        while (true)
        {
            at = next++;
            ref Step step = ref steps[at];
            Count++;
            switch (step.Code)
            {
                case Code.Nop: case Code.Volatile: case Code.Readonly: break;
                case Code.Ldarg_0: s[top++] = s[arguments]; break;
                case Code.Ldarg_1: s[top++] = s[arguments + 1]; break;
                case Code.Ldarg_2: s[top++] = s[arguments + 2]; break;
                case Code.Ldarg_3: s[top++] = s[arguments + 3]; break;
                case Code.Ldarg_S: case Code.Ldarg: s[top++] = s[arguments + step.Index]; break;
                case Code.Starg_S: case Code.Starg: s[arguments + step.Index] = s[--top]; break;
                case Code.Ldarga_S: case Code.Ldarga: s[top++] = new Slot { Object = s, Number = arguments + step.Index, Kind = Kind.Address }; break;
                case Code.Ldloc_0: s[top++] = s[locals]; break;
                case Code.Ldloc_1: s[top++] = s[locals + 1]; break;
                case Code.Ldloc_2: s[top++] = s[locals + 2]; break;
                case Code.Ldloc_3: s[top++] = s[locals + 3]; break;
                case Code.Ldloc_S: case Code.Ldloc: s[top++] = s[locals + step.Index]; break;
                case Code.Stloc_0: s[locals] = s[--top]; break;
                case Code.Stloc_1: s[locals + 1] = s[--top]; break;
                case Code.Stloc_2: s[locals + 2] = s[--top]; break;
                case Code.Stloc_3: s[locals + 3] = s[--top]; break;
                case Code.Stloc_S: case Code.Stloc: s[locals + step.Index] = s[--top]; break;
                case Code.Ldloca_S: case Code.Ldloca: s[top++] = new Slot { Object = s, Number = locals + step.Index, Kind = Kind.Address }; break;
                case Code.Ldnull: s[top++] = Slot.Of(null); break;
                case Code.Ldc_I4_M1: s[top++] = Slot.Of(-1); break;
                case Code.Ldc_I4_0: case Code.Ldc_I4_1: case Code.Ldc_I4_2: case Code.Ldc_I4_3: case Code.Ldc_I4_4: case Code.Ldc_I4_5: case Code.Ldc_I4_6: case Code.Ldc_I4_7: case Code.Ldc_I4_8:
                    s[top++] = Slot.Of(step.Code - Code.Ldc_I4_0); break;
                case Code.Ldc_I4_S: case Code.Ldc_I4: s[top++] = Slot.Of(step.Index); break;
                case Code.Ldc_I8: s[top++] = new Slot { Number = step.Number, Kind = Kind.Int64 }; break;
                case Code.Ldstr: s[top++] = Slot.Of(step.Operand); break;
                case Code.Dup: s[top] = s[top - 1]; top++; break;
                case Code.Pop: top--; break;
                case Code.Br: case Code.Br_S: next = step.Index; break;
                case Code.Brtrue: case Code.Brtrue_S: top--; if (s[top].Object is not null || s[top].Number != 0) next = step.Index; break;
                case Code.Brfalse: case Code.Brfalse_S: top--; if (s[top].Object is null && s[top].Number == 0) next = step.Index; break;
                case Code.Switch: { int[] targets = (int[])step.Operand!; uint pick = (uint)s[--top].Int; if (pick < targets.Length) next = targets[pick]; break; }
                case Code.Leave: case Code.Leave_S:
                {
                    top = bottom;
                    next = step.Index;
                    pending = null;
                    for (int h = routine.Handlers.Length - 1; h >= 0; h--)
                        if (routine.Handlers[h].HandlerType == ExceptionHandlerType.Finally && at >= routine.Ranges[h][0] && at < routine.Ranges[h][1] && (next < routine.Ranges[h][0] || next >= routine.Ranges[h][1]))
                        {
                            after.Push(next);
                            next = routine.Ranges[h][2];
                        }

                    break;
                }
                case Code.Endfinally: if (pending is not null) throw pending; next = after.Pop(); break;
                case Code.Throw: throw new ThrownException((Instance)s[--top].Object!);
                case Code.Rethrow: throw pending!;
                case Code.Ret: return routine.Method.ReturnType.MetadataType == MetadataType.Void ? default : s[top - 1];
                case Code.Call: case Code.Callvirt: case Code.Newobj: top = Invoke(ref step, top); break;
                case Code.Ldfld: s[top - 1] = Field(s[top - 1], step.Index); break;
                case Code.Ldflda: { object of = s[top - 1].Object!; s[top - 1] = new Slot { Object = Deref(of, s[top - 1]).Fields, Number = step.Index, Kind = Kind.Address }; break; }
                case Code.Stfld: top -= 2; if (s[top].Object is null) throw Thrown("System.NullReferenceException"); Deref(s[top].Object!, s[top]).Fields[step.Index] = Arithmetic.Typed(s[top + 1], ((FieldDefinition)step.Operand!).FieldType); break;
                case Code.Ldsfld: s[top++] = Static((FieldDefinition)step.Operand!)[0]; break;
                case Code.Stsfld: Static((FieldDefinition)step.Operand!)[0] = Arithmetic.Typed(s[--top], ((FieldDefinition)step.Operand!).FieldType); break;
                case Code.Ldsflda: s[top++] = new Slot { Object = Static((FieldDefinition)step.Operand!), Kind = Kind.Address }; break;
                case Code.Newarr: s[top - 1] = Slot.Of(Arrays.New(this, (TypeReference)step.Operand!, s[top - 1].Int)); break;
                case Code.Ldlen: s[top - 1] = new Slot { Number = ((Array)(s[top - 1].Object ?? throw Thrown("System.NullReferenceException"))).Length, Kind = Kind.UInt32 }; break;
                case Code.Ldelem_I8: case Code.Ldelem_U1: case Code.Ldelem_I1: case Code.Ldelem_U2: case Code.Ldelem_I2: case Code.Ldelem_I4: case Code.Ldelem_U4: case Code.Ldelem_Ref: case Code.Ldelem_Any:
                    top--; s[top - 1] = Arrays.Get(this, s[top - 1].Object, s[top].Int); break;
                case Code.Stelem_I8: case Code.Stelem_I1: case Code.Stelem_I2: case Code.Stelem_I4: case Code.Stelem_Ref: case Code.Stelem_Any:
                    top -= 3; Arrays.Set(this, s[top].Object, s[top + 1].Int, s[top + 2]); break;
                case Code.Ldelema: top--; Arrays.Check(this, s[top - 1].Object, s[top].Int); s[top - 1] = new Slot { Object = s[top - 1].Object, Number = s[top].Int, Kind = Kind.Address }; break;
                case Code.Ldind_I1: case Code.Ldind_U1: case Code.Ldind_I2: case Code.Ldind_U2: case Code.Ldind_I4: case Code.Ldind_U4: case Code.Ldind_I8: case Code.Ldind_Ref: case Code.Ldobj:
                    s[top - 1] = Arrays.Get(this, s[top - 1].Object, s[top - 1].Int); break;
                case Code.Stind_I1: case Code.Stind_I2: case Code.Stind_I4: case Code.Stind_I8: case Code.Stind_Ref: case Code.Stobj:
                    top -= 2; Arrays.Set(this, s[top].Object, s[top].Int, s[top + 1]); break;
                case Code.Initobj: top--; ((Slot[])s[top].Object!)[s[top].Int] = Program.ZeroOf((TypeReference)step.Operand!); break;
                case Code.Isinst: { object? o = s[top - 1].Object; if (o is Instance i ? !Is(i.Type, ((TypeReference)step.Operand!).Resolve()) : o is not null) s[top - 1] = Slot.Of(null); break; }
                case Code.Castclass: break;
                case Code.Box: if (s[top - 1].Object is null) s[top - 1] = Slot.Of(new Boxed(s[top - 1], ((TypeReference)step.Operand!).FullName)); break;
                case Code.Ldtoken: s[top++] = Slot.Of(step.Operand); break;
                case Code.Ldftn: s[top++] = Slot.Of(step.Operand); break;
                case Code.Constrained: break;
                default:
                    if (Arithmetic.TryBranch(step.Code, s, ref top, out bool isTaken))
                    {
                        if (isTaken)
                            next = step.Index;
                    }
                    else
                    {
                        top = Arithmetic.Apply(step.Code, s, top);
                    }

                    break;
            }
        }
    }

    private static Slot Field(Slot of, int index) => of.Object is null ? throw new InvalidOperationException("field of null") : Deref(of.Object, of).Fields[index];

    private static Instance Deref(object of, Slot address) => of is Instance instance ? instance : (Instance)((Slot[])of)[address.Int].Object!;

    private int Invoke(ref Step step, int top)
    {
        MethodDefinition method = (MethodDefinition)step.Operand!;
        int count = method.Parameters.Count;
        if (step.Code == Code.Newobj)
            return Construct(method, top, count);
        if (method.HasThis)
            count++;
        int first = top - count;
        if (step.Code == Code.Callvirt)
        {
            object? target = _stack[first].Object;
            if (target is null)
                throw Thrown("System.NullReferenceException");
            if (method.IsVirtual && target is Instance instance)
                method = Program.Override(instance.Type, method);
            if (target is Function function)
            {
                _stack[first] = Slot.Of(function.Target);
                method = function.Method;
                if (method.IsStatic)
                    _stack.AsSpan(first + 1, --count).CopyTo(_stack.AsSpan(first));
            }
        }

        if (method.IsStatic)
            Initialize(method.DeclaringType);

        Slot result = Run(Program.RoutineOf(method), first);
        if (method.ReturnType.MetadataType == MetadataType.Void)
            return first;
        _stack[first] = result;
        return first + 1;
    }

    private int Construct(MethodDefinition constructor, int top, int count)
    {
        int first = top - count;
        TypeDefinition type = constructor.DeclaringType;
        Initialize(type);
        if (type.BaseType?.FullName == "System.MulticastDelegate")
        {
            _stack[first] = Slot.Of(new Function(_stack[first].Object, (MethodDefinition)_stack[first + 1].Object!));
            return first + 1;
        }

        if (type.FullName == "System.String")
        {
            _stack[first] = _natives.Call(constructor, [default, .. _stack.AsSpan(first, count)]);
            return first + 1;
        }

        Instance made = type.IsValueType ? Program.NewInstance(type) : Allocate(type);
        _stack.AsSpan(first, count).CopyTo(_stack.AsSpan(first + 1));
        _stack[first] = Slot.Of(made);
        _stack.AsSpan(first, count + 1).CopyTo(_stack.AsSpan(first + 1));
        Run(Program.RoutineOf(constructor), first + 1);
        _stack[first] = Slot.Of(made);
        return first + 1;
    }
}

/// <summary>A number as an object.</summary>
internal sealed record Boxed(Slot Value, string Type);
