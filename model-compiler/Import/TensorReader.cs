using System.Buffers.Binary;
using Barrel.Compiler.Import.Onnx;
using Barrel.Runtime;
using DataType = Barrel.Compiler.Import.Onnx.TensorProto.Types.DataType;

namespace Barrel.Compiler.Import;

/// <summary>
/// TensorProto to <see cref="Constant"/>: every element type becomes floats or longs, and the data must be as long as the shape says.
/// </summary>
internal static class TensorReader
{
    private const int RankMax = 16;

    public static Constant Read(TensorProto proto, string name, Budget budget)
    {
        string what = $"tensor '{OnnxNode.Printable(name)}'";
        if (proto.DataLocation == TensorProto.Types.DataLocation.External || proto.ExternalData.Count > 0)
            throw new BarrelException(ImportErrors.ExternalData, $"{what} lies in another file: save the model with its weights inside");
        int[] dims = Dims(proto.Dims, what);
        int count = (int)Budget.Elements(dims, what);
        var type = (DataType)proto.DataType;
        int size = ElementBytes(type, what);
        bool raw = proto.RawData.Length > 0 || TypedCount(proto, type) == 0;
        long have = raw ? proto.RawData.Length : TypedCount(proto, type);
        long need = raw ? (long)count * size : count;
        if (have != need)
            throw new BarrelException(ImportErrors.Shape,
                $"{what} of shape [{string.Join(", ", dims)}] and type {type} holds {have} {(raw ? "bytes" : "elements")}: " +
                $"{need} were right");
        bool isFloat = type is DataType.Float or DataType.Double or DataType.Float16 or DataType.Bfloat16;
        budget.ChargeBytes((long)count * (isFloat ? sizeof(float) : sizeof(long)), what);
        ReadOnlySpan<byte> bytes = proto.RawData.Span;
        if (isFloat)
        {
            var values = new float[count];
            for (int i = 0; i < count; i++)
                values[i] = raw ? RawFloat(type, bytes.Slice(i * size, size)) : TypedFloat(proto, type, i);
            return new Constant(name, dims, values);
        }
        var integers = new long[count];
        for (int i = 0; i < count; i++)
            integers[i] = raw ? RawInteger(type, bytes.Slice(i * size, size)) : TypedInteger(proto, type, i);
        return new Constant(name, dims, integers, type);
    }

    /// <summary>Dimensions of a file as ints, each 0 to 2^26.</summary>
    public static int[] Dims(IReadOnlyList<long> dims, string what)
    {
        if (dims.Count > RankMax)
            throw new BarrelException(ImportErrors.Shape, $"{what} has rank {dims.Count}: ranks up to {RankMax} are supported");
        var result = new int[dims.Count];
        for (int i = 0; i < result.Length; i++)
        {
            if (dims[i] is < 0 or > Budget.TensorElementsMax)
                throw new BarrelException(dims[i] < 0 ? ImportErrors.Shape : ImportErrors.TooLarge,
                    $"{what} has the dimension {dims[i]}: supported are 0 to {Budget.TensorElementsMax}");
            result[i] = (int)dims[i];
        }
        return result;
    }

    private static int ElementBytes(DataType type, string what) => type switch
    {
        DataType.Uint8 or DataType.Int8 or DataType.Bool => 1,
        DataType.Uint16 or DataType.Int16 or DataType.Float16 or DataType.Bfloat16 => 2,
        DataType.Float or DataType.Int32 or DataType.Uint32 => 4,
        DataType.Double or DataType.Int64 or DataType.Uint64 => 8,
        _ => throw new BarrelException(ImportErrors.ElementType,
            $"{what} has the element type {type}: supported are float, double, float16, bfloat16, integers of 8 to 64 bits and bool"),
    };

    private static int TypedCount(TensorProto t, DataType type) => type switch
    {
        DataType.Float => t.FloatData.Count,
        DataType.Double => t.DoubleData.Count,
        DataType.Int64 => t.Int64Data.Count,
        DataType.Uint32 or DataType.Uint64 => t.Uint64Data.Count,
        _ => t.Int32Data.Count,
    };

    private static float TypedFloat(TensorProto t, DataType type, int i) => type switch
    {
        DataType.Float => t.FloatData[i],
        DataType.Double => (float)t.DoubleData[i],
        DataType.Float16 => (float)BitConverter.UInt16BitsToHalf((ushort)t.Int32Data[i]),
        _ => BitConverter.Int32BitsToSingle(t.Int32Data[i] << 16),
    };

    private static long TypedInteger(TensorProto t, DataType type, int i) => type switch
    {
        DataType.Int64 => t.Int64Data[i],
        DataType.Uint32 or DataType.Uint64 => unchecked((long)t.Uint64Data[i]),
        _ => t.Int32Data[i],
    };

    private static float RawFloat(DataType type, ReadOnlySpan<byte> bytes) => type switch
    {
        DataType.Float => BinaryPrimitives.ReadSingleLittleEndian(bytes),
        DataType.Double => (float)BinaryPrimitives.ReadDoubleLittleEndian(bytes),
        DataType.Float16 => (float)BinaryPrimitives.ReadHalfLittleEndian(bytes),
        _ => BitConverter.Int32BitsToSingle(BinaryPrimitives.ReadUInt16LittleEndian(bytes) << 16),
    };

    private static long RawInteger(DataType type, ReadOnlySpan<byte> bytes) => type switch
    {
        DataType.Uint8 or DataType.Bool => bytes[0],
        DataType.Int8 => (sbyte)bytes[0],
        DataType.Uint16 => BinaryPrimitives.ReadUInt16LittleEndian(bytes),
        DataType.Int16 => BinaryPrimitives.ReadInt16LittleEndian(bytes),
        DataType.Int32 => BinaryPrimitives.ReadInt32LittleEndian(bytes),
        DataType.Uint32 => BinaryPrimitives.ReadUInt32LittleEndian(bytes),
        _ => BinaryPrimitives.ReadInt64LittleEndian(bytes),
    };
}
