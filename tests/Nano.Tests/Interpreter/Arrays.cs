using Mono.Cecil;

namespace Barrel.Nano.Tests.Interpreter;

/// <summary>Arrays are .NET's own; references lie in object[]. An address is an array, or a slot of variables or fields, and an index.</summary>
internal static class Arrays
{
    public static Array New(Machine machine, TypeReference element, int length)
    {
        if (length < 0)
            throw machine.Thrown("System.IndexOutOfRangeException");
        Array made = element.MetadataType switch
        {
            MetadataType.Boolean or MetadataType.Byte => new byte[length],
            MetadataType.SByte => new sbyte[length],
            MetadataType.Int16 => new short[length],
            MetadataType.UInt16 or MetadataType.Char => new ushort[length],
            MetadataType.Int32 => new int[length],
            MetadataType.UInt32 => new uint[length],
            MetadataType.Int64 => new long[length],
            MetadataType.UInt64 => new ulong[length],
            _ => new object?[length],
        };
        machine.Memory.Took(made);
        return made;
    }

    public static void Check(Machine machine, object? array, int index)
    {
        if (array is not Array checkedArray)
            throw machine.Thrown("System.NullReferenceException");
        if ((uint)index >= checkedArray.Length)
            throw machine.Thrown("System.IndexOutOfRangeException");
    }

    public static Slot Get(Machine machine, object? array, int index)
    {
        Check(machine, array, index);
        return array switch
        {
            ulong[] a => new Slot { Number = (long)a[index], Kind = Kind.UInt64 },
            sbyte[] a when array.GetType() == typeof(sbyte[]) => Slot.Of(a[index]),
            byte[] a => Slot.Of(a[index]),
            uint[] a when array.GetType() == typeof(uint[]) => new Slot { Number = a[index], Kind = Kind.UInt32 },
            int[] a => Slot.Of(a[index]),
            short[] a when array.GetType() == typeof(short[]) => Slot.Of(a[index]),
            ushort[] a => Slot.Of(a[index]),
            long[] a => new Slot { Number = a[index], Kind = Kind.Int64 },
            Slot[] a => a[index],
            object?[] a => Slot.Of(a[index]),
            _ => throw new NotSupportedException(array!.GetType().Name),
        };
    }

    public static void Set(Machine machine, object? array, int index, Slot value)
    {
        Check(machine, array, index);
        switch (array!.GetType())
        {
            case var t when t == typeof(ulong[]): ((ulong[])array)[index] = (ulong)value.Number; break;
            case var t when t == typeof(long[]): ((long[])array)[index] = value.Number; break;
            case var t when t == typeof(byte[]): ((byte[])array)[index] = (byte)value.Number; break;
            case var t when t == typeof(sbyte[]): ((sbyte[])array)[index] = (sbyte)value.Number; break;
            case var t when t == typeof(int[]): ((int[])array)[index] = (int)value.Number; break;
            case var t when t == typeof(uint[]): ((uint[])array)[index] = (uint)value.Number; break;
            case var t when t == typeof(short[]): ((short[])array)[index] = (short)value.Number; break;
            case var t when t == typeof(ushort[]): ((ushort[])array)[index] = (ushort)value.Number; break;
            case var t when t == typeof(Slot[]): ((Slot[])array)[index] = value; break;
            default: ((object?[])array)[index] = value.Object; break;
        }
    }
}
