using System.Text;
using Barrel.Runtime;
using StbImageWriteSharp;

namespace Barrel.Compiler.Tests.Data;

/// <summary>A folder for one test, gone after it.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public TemporaryFolder()
    {
        Path = Directory.CreateTempSubdirectory("barrel-test-").FullName;
    }

    public string Path { get; }

    public string this[string relative] => System.IO.Path.Combine(Path, relative);

    public string Bytes(string relative, byte[] bytes)
    {
        string path = this[relative];
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    public string Text(string relative, string text) => Bytes(relative, Encoding.UTF8.GetBytes(text));

    /// <summary>A PNG of one colour.</summary>
    public string Image(string relative, int width, int height, byte red, byte green, byte blue) =>
        Bytes(relative, Png(width, height, (_, _) => [red, green, blue]));

    /// <summary>A grey PNG whose values are class ids.</summary>
    public string Labels(string relative, int width, int height, Func<int, int, byte> id) =>
        Bytes(relative, Png(width, height, (x, y) => [id(x, y)]));

    public void Dispose() => Directory.Delete(Path, recursive: true);

    public static byte[] Png(int width, int height, Func<int, int, byte[]> pixel)
    {
        byte[] data = [.. from y in Enumerable.Range(0, height) from x in Enumerable.Range(0, width) from b in pixel(x, y) select b];
        var components = data.Length == width * height ? ColorComponents.Grey : ColorComponents.RedGreenBlue;
        using var stream = new MemoryStream();
        new ImageWriter().WritePng(data, width, height, components, stream);
        return stream.ToArray();
    }
}

/// <summary>Checks of expected errors.</summary>
internal static class Expect
{
    /// <summary>The action must fail with this code, in one line that names each of <paramref name="parts"/>.</summary>
    public static void Error(int code, Action action, params string[] parts)
    {
        BarrelException error = Assert.ThrowsExactly<BarrelException>(action);
        Assert.AreEqual(code, error.Code, error.Message);
        Assert.DoesNotContain("\n", error.Message);
        foreach (string part in parts)
            Assert.Contains(part, error.Message);
    }
}
