using Barrel.Boards;
using Barrel.Runtime;

namespace Barrel.Host.Commands;

/// <summary>What a command leaves behind: complete, or not at all.</summary>
internal static class ResultFile
{
    /// <exception cref="BarrelException">BRL4029.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        try
        {
            WholeFile.Write(path, write);
        }
        catch (Exception e) when (WholeFile.IsFailure(e))
        {
            throw new BarrelException(HostErrors.Unwritable, $"'{path}' cannot be written: {OneLine.Of(e)}", e);
        }
    }
}
