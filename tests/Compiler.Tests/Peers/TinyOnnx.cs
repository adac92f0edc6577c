using System.Text;

namespace Barrel.Compiler.Tests.Peers;

/// <summary>Writes ONNX files of a node or two, field by field, so that the tests need neither a network nor the importer.</summary>
internal static class TinyOnnx
{
    private const int Float = 1;

    /// <summary>The input as it is: its greatest channel is the class of a pixel.</summary>
    public static byte[] Identity(params long[] shape) => Model([Node("Identity", "in", "out")], shape, shape);

    /// <summary>The mean of each channel is the score of a class.</summary>
    public static byte[] ChannelMeans(int channels, int height, int width) => Model(
        [Node("GlobalAveragePool", "in", "mean"), Node("Flatten", "mean", "out")], [1, channels, height, width], [1, channels]);

    private static byte[] Model(byte[][] nodes, long[] input, long[] output)
    {
        byte[] graph = [
            .. nodes.SelectMany(n => Message(1, n)),
            .. Message(2, "tiny"u8.ToArray()),
            .. Message(11, Value("in", input)),
            .. Message(12, Value("out", output))];
        return [.. Number(1, 7), .. Message(7, graph), .. Message(8, [.. Message(1, []), .. Number(2, 12)])];
    }

    private static byte[] Node(string type, string input, string output) =>
        [.. Message(1, Encoding.UTF8.GetBytes(input)), .. Message(2, Encoding.UTF8.GetBytes(output)), .. Message(4, Encoding.UTF8.GetBytes(type))];

    private static byte[] Value(string name, long[] shape)
    {
        byte[] dimensions = [.. shape.SelectMany(d => Message(1, Number(1, d)))];
        byte[] tensor = [.. Number(1, Float), .. Message(2, dimensions)];
        return [.. Message(1, Encoding.UTF8.GetBytes(name)), .. Message(2, Message(1, tensor))];
    }

    private static byte[] Number(int field, long value) => [.. Varint((ulong)field << 3), .. Varint((ulong)value)];

    private static byte[] Message(int field, byte[] content) =>
        [.. Varint(((ulong)field << 3) | 2), .. Varint((ulong)content.Length), .. content];

    private static byte[] Varint(ulong value)
    {
        var bytes = new List<byte>();
        for (; value >= 128; value >>= 7)
            bytes.Add((byte)(value | 128));
        bytes.Add((byte)value);
        return [.. bytes];
    }
}
