using Barrel.Runtime;

namespace Barrel.Compiler.Import;

/// <summary>
/// Walks the protobuf wire format once before anything is parsed, and adds up what the parser would allocate. An empty message is two
/// bytes in the file and some hundred in memory, a packed integer one byte and eight; without this a small file could fill the memory.
/// </summary>
internal static class WireScan
{
    private const int MessageBytes = 256;
    private const int ItemBytes = 48;

    // Wire types.
    private const ulong Varints = 0;
    private const ulong Fixed64 = 1;
    private const ulong LengthDelimited = 2;
    private const ulong Fixed32 = 5;

    private enum Message
    {
        Model, Graph, Node, Attribute, Tensor, ValueInfo, Type, TensorType, Shape, Leaf,
    }

    /// <summary>Charges <paramref name="budget"/> for the objects that parsing <paramref name="file"/> makes.</summary>
    public static void Check(byte[] file, Budget budget)
    {
        int position = 0;
        Scan(file, ref position, file.Length, Message.Model, budget);
    }

    private static void Scan(byte[] file, ref int position, int end, Message message, Budget budget)
    {
        while (position < end)
        {
            ulong tag = Varint(file, ref position, end);
            var field = (int)Math.Min(tag >> 3, int.MaxValue);
            switch (tag & 7)
            {
                case Varints:
                    _ = Varint(file, ref position, end);
                    budget.ChargeBytes(sizeof(long), "the file");
                    break;
                case Fixed64 or Fixed32:
                    position += (tag & 7) == Fixed64 ? 8 : 4;
                    if (position > end)
                        throw Truncated(end);
                    budget.ChargeBytes(sizeof(long), "the file");
                    break;
                case LengthDelimited:
                    ulong length = Varint(file, ref position, end);
                    if (length > (ulong)(end - position))
                        throw new BarrelException(ImportErrors.Unreadable,
                            $"field {field} of {message} at byte {position} is {length} bytes long, {end - position} are left: " +
                            "the file is truncated");
                    Descend(file, ref position, (int)length, message, field, budget);
                    break;
                default:
                    throw new BarrelException(ImportErrors.Unreadable, $"byte {position} holds no ONNX field: the file is no ONNX model");
            }
        }
    }

    private static ulong Varint(byte[] file, ref int position, int end)
    {
        ulong value = 0;
        for (int shift = 0; shift < 70; shift += 7)
        {
            if (position >= end)
                throw Truncated(end);
            byte b = file[position++];
            value |= (ulong)(b & 0x7F) << shift;
            if (b < 0x80)
                return value;
        }
        throw new BarrelException(ImportErrors.Unreadable, $"byte {position} holds no ONNX field: the file is no ONNX model");
    }

    private static BarrelException Truncated(int end) =>
        new(ImportErrors.Unreadable, $"a field is cut off at byte {end}: the file is truncated");

    private static void Descend(byte[] file, ref int position, int length, Message message, int field, Budget budget)
    {
        if (Child(message, field) is Message child)
        {
            budget.ChargeBytes(MessageBytes, "the file");
            Scan(file, ref position, position + length, child, budget);
            return;
        }
        budget.ChargeBytes(ItemBytes, "the file");
        // Packed varints grow up to eightfold; packed floats, strings and raw bytes do not.
        if ((message == Message.Tensor && field is 1 or 5 or 7 or 11) || (message == Message.Attribute && field == 8))
            budget.ChargeBytes(8L * length, "the file");
        position += length;
    }

    private static Message? Child(Message message, int field) => (message, field) switch
    {
        (Message.Model, 7) => Message.Graph,
        (Message.Model, 8) => Message.Leaf,
        (Message.Graph, 1) => Message.Node,
        (Message.Graph, 5) => Message.Tensor,
        (Message.Graph, 11 or 12) => Message.ValueInfo,
        (Message.Node, 5) => Message.Attribute,
        (Message.Attribute, 5) => Message.Tensor,
        (Message.Tensor, 13) => Message.Leaf,
        (Message.ValueInfo, 2) => Message.Type,
        (Message.Type, 1) => Message.TensorType,
        (Message.TensorType, 2) => Message.Shape,
        (Message.Shape, 1) => Message.Leaf,
        _ => null,
    };
}
