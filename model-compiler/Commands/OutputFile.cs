using System.Text;
using Barrel.Boards;
using Barrel.Runtime;

namespace Barrel.Compiler.Commands;

/// <summary>What a command leaves behind: complete, or not at all.</summary>
public static class OutputFile
{
    /// <summary>Fails before long work where <see cref="Write"/> would fail after it.</summary>
    public static void Check(string path) => Refusable(path, () => WholeFile.Check(path));

    /// <param name="path">The target; an existing file is replaced.</param>
    /// <param name="write">Writes the content. When it throws, nothing is left and an existing target is as before.</param>
    public static void Write(string path, Action<Stream> write)
    {
        Check(path);
        Refusable(path, () => WholeFile.Write(path, write));
    }

    /// <summary>Makes a folder to write to; one that is there is right.</summary>
    public static void MakeFolder(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BarrelException(CommandErrors.Unwritable, $"{folder}: cannot be made: {e.Message.TrimEnd('.')}", e);
        }
    }

    /// <summary>Writes text as UTF-8 without a byte order mark.</summary>
    public static void WriteText(string path, string text) => Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));

    private static void Refusable(string path, Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BarrelException(CommandErrors.Unwritable, $"{path}: cannot be written: {e.Message.TrimEnd('.')}", e);
        }
    }
}
