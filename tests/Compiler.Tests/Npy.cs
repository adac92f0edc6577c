using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;

namespace Barrel.Compiler.Tests;

/// <summary>A float32 array of numpy's .npy format, row major.</summary>
internal sealed partial record Npy(int[] Shape, float[] Values)
{
    public static Npy Read(string path)
    {
        byte[] file = File.ReadAllBytes(path);
        int header = file[6] == 1 ? BitConverter.ToUInt16(file, 8) : BitConverter.ToInt32(file, 8);
        int start = (file[6] == 1 ? 10 : 12) + header;
        string text = Encoding.ASCII.GetString(file, start - header, header);
        if (!text.Contains("'<f4'") || text.Contains("True"))
            throw new NotSupportedException($"{path}: {text}");
        int[] shape = [.. Number().Matches(ShapeOf().Match(text).Groups[1].Value).Select(m => int.Parse(m.Value, CultureInfo.InvariantCulture))];
        return new Npy(shape, MemoryMarshal.Cast<byte, float>(file.AsSpan(start)).ToArray());
    }

    /// <summary>Sample i along the first axis.</summary>
    public float[] Sample(int i)
    {
        int size = Values.Length / Shape[0];
        return Values.AsSpan(i * size, size).ToArray();
    }

    [GeneratedRegex(@"'shape': \(([^)]*)\)")]
    private static partial Regex ShapeOf();

    [GeneratedRegex(@"\d+")]
    private static partial Regex Number();
}
