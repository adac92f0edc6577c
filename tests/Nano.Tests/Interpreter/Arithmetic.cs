using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Barrel.Nano.Tests.Interpreter;

/// <summary>Numbers, by the kind of the left operand, as nanoFramework's interpreter has it.</summary>
internal static class Arithmetic
{
    /// <summary>A value as it is once it is stored to a field, a static or an element of a type.</summary>
    public static Slot Typed(Slot value, TypeReference type)
    {
        switch (type.MetadataType)
        {
            case MetadataType.SByte: return Slot.Of((sbyte)value.Number);
            case MetadataType.Byte: return Slot.Of((byte)value.Number);
            case MetadataType.Boolean: return Slot.Of((byte)value.Number);
            case MetadataType.Int16: return Slot.Of((short)value.Number);
            case MetadataType.UInt16: case MetadataType.Char: return Slot.Of((ushort)value.Number);
            case MetadataType.Int32: return Slot.Of((int)value.Number);
            case MetadataType.UInt32: return new Slot { Number = (uint)value.Number, Kind = Kind.UInt32 };
            case MetadataType.Int64: return new Slot { Number = value.Number, Kind = Kind.Int64 };
            case MetadataType.UInt64: return new Slot { Number = value.Number, Kind = Kind.UInt64 };
            default: return value.Object is Instance { Type.IsValueType: true } copied ? Slot.Of(copied.Copy()) : value;
        }
    }

    public static bool TryBranch(Code code, Slot[] s, ref int top, out bool isTaken)
    {
        isTaken = false;
        int sign;
        switch (code)
        {
            case Code.Beq: case Code.Beq_S: case Code.Bne_Un: case Code.Bne_Un_S:
                top -= 2;
                isTaken = IsSame(s[top], s[top + 1]) == (code is Code.Beq or Code.Beq_S);
                return true;
            case Code.Blt: case Code.Blt_S: case Code.Ble: case Code.Ble_S: case Code.Bgt: case Code.Bgt_S: case Code.Bge: case Code.Bge_S:
                top -= 2;
                sign = Compare(s[top], s[top + 1], false);
                break;
            case Code.Blt_Un: case Code.Blt_Un_S: case Code.Ble_Un: case Code.Ble_Un_S: case Code.Bgt_Un: case Code.Bgt_Un_S: case Code.Bge_Un: case Code.Bge_Un_S:
                top -= 2;
                sign = Compare(s[top], s[top + 1], true);
                break;
            default:
                return false;
        }

        isTaken = code switch
        {
            Code.Blt or Code.Blt_S or Code.Blt_Un or Code.Blt_Un_S => sign < 0,
            Code.Ble or Code.Ble_S or Code.Ble_Un or Code.Ble_Un_S => sign <= 0,
            Code.Bgt or Code.Bgt_S or Code.Bgt_Un or Code.Bgt_Un_S => sign > 0,
            _ => sign >= 0,
        };
        return true;
    }

    /// <summary>Applies an operator; returns the new top of the stack.</summary>
    public static int Apply(Code code, Slot[] s, int top)
    {
        switch (code)
        {
            case Code.Neg: s[top - 1] = Wrapped(-s[top - 1].Number, s[top - 1].Kind); return top;
            case Code.Not: s[top - 1] = Wrapped(~s[top - 1].Number, s[top - 1].Kind); return top;
            case Code.Conv_I1: s[top - 1] = Slot.Of((sbyte)s[top - 1].Number); return top;
            case Code.Conv_U1: s[top - 1] = Slot.Of((byte)s[top - 1].Number); return top;
            case Code.Conv_I2: s[top - 1] = Slot.Of((short)s[top - 1].Number); return top;
            case Code.Conv_U2: s[top - 1] = Slot.Of((ushort)s[top - 1].Number); return top;
            case Code.Conv_I4: case Code.Conv_I: case Code.Conv_Ovf_I: case Code.Conv_Ovf_I_Un: s[top - 1] = Slot.Of((int)s[top - 1].Number); return top;
            case Code.Conv_U4: s[top - 1] = new Slot { Number = (uint)s[top - 1].Number, Kind = Kind.UInt32 }; return top;
            case Code.Conv_I8: s[top - 1].Kind = Kind.Int64; return top;
            case Code.Conv_U8: s[top - 1] = new Slot { Number = s[top - 1].Kind == Kind.Int32 ? (uint)s[top - 1].Number : s[top - 1].Number, Kind = Kind.UInt64 }; return top;
            case Code.Ceq: top--; s[top - 1] = Slot.Of(IsSame(s[top - 1], s[top]) ? 1 : 0); return top;
            case Code.Cgt: top--; s[top - 1] = Slot.Of(Compare(s[top - 1], s[top], false) > 0 ? 1 : 0); return top;
            case Code.Clt: top--; s[top - 1] = Slot.Of(Compare(s[top - 1], s[top], false) < 0 ? 1 : 0); return top;
            case Code.Cgt_Un: top--; s[top - 1] = Slot.Of(s[top - 1].Kind == Kind.Reference ? s[top - 1].Object is null ? 0 : 1 : Compare(s[top - 1], s[top], true) > 0 ? 1 : 0); return top;
            case Code.Clt_Un: top--; s[top - 1] = Slot.Of(Compare(s[top - 1], s[top], true) < 0 ? 1 : 0); return top;
        }

        top--;
        Slot left = s[top - 1];
        long a = left.Number;
        long b = s[top].Number;
        bool isUnsigned = left.Kind is Kind.UInt32 or Kind.UInt64;
        s[top - 1] = Wrapped(
            code switch
            {
                Code.Add => a + b,
                Code.Sub => a - b,
                Code.Mul => a * b,
                Code.Div => isUnsigned ? (long)((ulong)a / (ulong)b) : a / b,
                Code.Rem => isUnsigned ? (long)((ulong)a % (ulong)b) : a % b,
                Code.Div_Un => (long)(Bits(left) / Bits(s[top])),
                Code.Rem_Un => (long)(Bits(left) % Bits(s[top])),
                Code.And => a & b,
                Code.Or => a | b,
                Code.Xor => a ^ b,
                Code.Shl => a << (int)b,
                Code.Shr => isUnsigned ? (long)((ulong)a >> (int)b) : a >> (int)b,
                Code.Shr_Un => (long)(Bits(left) >> (int)b),
                _ => throw new NotSupportedException($"{code} is not for this interpreter"),
            },
            left.Kind);
        return top;
    }

    private static ulong Bits(Slot value) => value.Kind is Kind.Int32 or Kind.UInt32 ? (uint)value.Number : (ulong)value.Number;

    private static bool IsSame(Slot a, Slot b) => a.Kind is Kind.Reference ? ReferenceEquals(a.Object, b.Object) : Bits(a) == Bits(b);

    private static int Compare(Slot a, Slot b, bool isUnsigned) =>
        isUnsigned || a.Kind is Kind.UInt32 or Kind.UInt64 ? Bits(a).CompareTo(Bits(b)) : a.Number.CompareTo(b.Number);

    private static Slot Wrapped(long value, Kind kind) => kind switch
    {
        Kind.Int32 => Slot.Of((int)value),
        Kind.UInt32 => new Slot { Number = (uint)value, Kind = kind },
        _ => new Slot { Number = value, Kind = kind },
    };
}
