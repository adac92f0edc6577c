using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Barrel.Nano.Tests.Dialect;

/// <summary>
/// Follows unsigned values through IL. A cast from uint to int, or from ulong to long, emits no instruction, and nanoFramework goes on treating the value as
/// unsigned: a signed shift, division, remainder, widening or comparison of such a value is a fault. Variables, parameters and results keep it; fields and
/// elements of arrays do not.
/// </summary>
internal sealed class UnsignedFlow(MethodDefinition[] methods)
{
    private readonly HashSet<(MethodDefinition, int)> _variables = [];
    private readonly HashSet<(MethodDefinition, int)> _parameters = [];
    private readonly HashSet<MethodDefinition> _results = [];
    private readonly HashSet<string> _faults = [];
    private bool _isNew;

    public string[] Faults()
    {
        do
        {
            _isNew = false;
            foreach (MethodDefinition method in methods.Where(m => m.HasBody))
                Walk(method);
        }
        while (_isNew);
        return [.. _faults.Order(StringComparer.Ordinal)];
    }

    private static bool IsUnsigned(TypeReference type) => type.MetadataType is MetadataType.UInt32 or MetadataType.UInt64;

    private void Walk(MethodDefinition method)
    {
        Dictionary<Instruction, bool[]> states = [];
        Stack<Instruction> open = new();
        void Reach(Instruction? target, IReadOnlyList<bool> stack)
        {
            if (target is null)
                return;
            if (!states.TryGetValue(target, out bool[]? known))
                states.Add(target, [.. stack]);
            else if (!known.Zip(stack).Any(p => p.Second && !p.First))
                return;
            else
                states[target] = [.. known.Zip(stack, (a, b) => a || b)];
            open.Push(target);
        }

        Reach(method.Body.Instructions[0], []);
        foreach (ExceptionHandler handler in method.Body.ExceptionHandlers)
            Reach(handler.HandlerStart, handler.HandlerType == ExceptionHandlerType.Catch ? [false] : []);
        while (open.TryPop(out Instruction? at))
        {
            List<bool> stack = [.. states[at]];
            Apply(method, at, stack);
            if (at.Operand is Instruction target)
                Reach(target, at.OpCode.Code is Code.Leave or Code.Leave_S ? [] : stack);
            if (at.Operand is Instruction[] targets)
                foreach (Instruction one in targets)
                    Reach(one, stack);
            if (at.OpCode.FlowControl is not (FlowControl.Branch or FlowControl.Return or FlowControl.Throw))
                Reach(at.Next, stack);
        }
    }

    private void Apply(MethodDefinition method, Instruction at, List<bool> stack)
    {
        bool Pop()
        {
            bool top = stack[^1];
            stack.RemoveAt(stack.Count - 1);
            return top;
        }

        void Learn<T>(HashSet<T> set, T what, bool isUnsigned)
        {
            if (isUnsigned && set.Add(what))
                _isNew = true;
        }

        switch (at.OpCode.Code)
        {
            case Code.Ldloc_0: case Code.Ldloc_1: case Code.Ldloc_2: case Code.Ldloc_3: case Code.Ldloc_S: case Code.Ldloc:
            {
                int index = at.Operand is VariableDefinition variable ? variable.Index : at.OpCode.Code - Code.Ldloc_0;
                stack.Add(IsUnsigned(method.Body.Variables[index].VariableType) || _variables.Contains((method, index)));
                return;
            }

            case Code.Stloc_0: case Code.Stloc_1: case Code.Stloc_2: case Code.Stloc_3: case Code.Stloc_S: case Code.Stloc:
                Learn(_variables, (method, at.Operand is VariableDefinition stored ? stored.Index : at.OpCode.Code - Code.Stloc_0), Pop());
                return;
            case Code.Ldarg_0: case Code.Ldarg_1: case Code.Ldarg_2: case Code.Ldarg_3: case Code.Ldarg_S: case Code.Ldarg:
            {
                int index = at.Operand is ParameterDefinition parameter ? parameter.Index : at.OpCode.Code - Code.Ldarg_0 - (method.HasThis ? 1 : 0);
                stack.Add(index >= 0 && (IsUnsigned(method.Parameters[index].ParameterType) || _parameters.Contains((method, index))));
                return;
            }

            case Code.Starg_S: case Code.Starg:
                Learn(_parameters, (method, ((ParameterDefinition)at.Operand).Index), Pop());
                return;
            case Code.Dup:
                stack.Add(stack[^1]);
                return;
            case Code.Ret:
                if (stack.Count > 0)
                    Learn(_results, method, Pop());
                return;
            case Code.Call: case Code.Callvirt: case Code.Newobj:
                Call(at, stack);
                return;
            case Code.Add: case Code.Sub: case Code.Mul: case Code.And: case Code.Or: case Code.Xor: case Code.Shl:
                Pop();
                return;
            case Code.Shr_Un: case Code.Div_Un: case Code.Rem_Un:
                Pop();
                return;
            case Code.Shr: case Code.Div: case Code.Rem:
                Pop();
                if (stack[^1])
                    _faults.Add($"{method.FullName}: {at.OpCode.Name} of an unsigned value that was cast without an instruction");
                return;
            case Code.Conv_I8:
                if (Pop() && !IsWidened(at))
                    _faults.Add($"{method.FullName}: {at.OpCode.Name} of an unsigned value that was cast without an instruction");
                stack.Add(false);
                return;
            case Code.Conv_U4: case Code.Conv_U8:
                Pop();
                stack.Add(true);
                return;
            case Code.Neg: case Code.Not: case Code.Nop:
                return;
        }

        for (int pops = PopsOf(at); pops > 0; pops--)
            Pop();
        if (at.OpCode.StackBehaviourPush != StackBehaviour.Push0)
            stack.Add(at.OpCode.Code is Code.Ldelem_U4 or Code.Ldind_U4 || (at.Operand is FieldReference field && IsUnsigned(field.FieldType)));
    }

    /// <summary>Only casts of 32 bits widen; one of 64 bits to itself takes no instruction.</summary>
    private static bool IsWidened(Instruction at) => at.Previous?.OpCode.Code == Code.Conv_U8;

    private void Call(Instruction at, List<bool> stack)
    {
        MethodReference called = (MethodReference)at.Operand;
        MethodDefinition? known = methods.FirstOrDefault(m => m == called || m.FullName == called.FullName);
        for (int p = called.Parameters.Count - 1; p >= 0; p--)
        {
            bool isUnsigned = stack[^1];
            stack.RemoveAt(stack.Count - 1);
            if (isUnsigned && known is not null && !IsUnsigned(called.Parameters[p].ParameterType) && _parameters.Add((known, p)))
                _isNew = true;
        }

        if (called.HasThis && at.OpCode.Code != Code.Newobj)
            stack.RemoveAt(stack.Count - 1);
        if (at.OpCode.Code == Code.Newobj)
            stack.Add(false);
        else if (called.ReturnType.MetadataType != MetadataType.Void)
            stack.Add(IsUnsigned(called.ReturnType) || (known is not null && _results.Contains(known)));
    }

    private static int PopsOf(Instruction at) => at.OpCode.StackBehaviourPop switch
    {
        StackBehaviour.Pop0 => 0,
        StackBehaviour.Pop1 or StackBehaviour.Popi or StackBehaviour.Popref => 1,
        StackBehaviour.Pop1_pop1 or StackBehaviour.Popi_pop1 or StackBehaviour.Popi_popi or StackBehaviour.Popi_popi8 or StackBehaviour.Popi_popr4 or StackBehaviour.Popi_popr8
            or StackBehaviour.Popref_pop1 or StackBehaviour.Popref_popi => 2,
        StackBehaviour.Popi_popi_popi or StackBehaviour.Popref_popi_popi or StackBehaviour.Popref_popi_popi8 or StackBehaviour.Popref_popi_popr4
            or StackBehaviour.Popref_popi_popr8 or StackBehaviour.Popref_popi_popref => 3,
        _ => 0,
    };
}
