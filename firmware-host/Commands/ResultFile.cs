using Barrel.Runtime;

namespace Barrel.Host.Commands;

/// <summary>Files that commands leave: written under a temporary name, then renamed, so that none is ever half there.</summary>
internal static class ResultFile
{
    /// <exception cref="BarrelException">BRL4029.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        string temporary = path + ".tmp";
        try
        {
            using (FileStream stream = File.Create(temporary))
                write(stream);
            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            File.Delete(temporary);
            throw new BarrelException(HostErrors.Unwritable, $"'{path}' cannot be written: {e.Message.TrimEnd('.')}", e);
        }
    }
}
