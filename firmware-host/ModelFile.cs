using Barrel.Runtime;

namespace Barrel.Host;

/// <summary>Makes an executor of a blob that needs no larger arena than given, with so many threads.</summary>
internal delegate Executor ExecutorFactory(byte[] blob, int arenaBytesMax, int threads);

/// <summary>Reads models and hands them to the loader; the only place that knows it.</summary>
internal static class ModelFile
{
    private const long FileBytesMax = 512L << 20;

    /// <exception cref="BarrelException">BRL3001 to BRL3008.</exception>
    public static Executor Load(byte[] blob, int arenaBytesMax, int threads) => Executors.Create(Model.LoadKeeping(blob, arenaBytesMax), threads: threads);

    /// <summary>A model without an executor, for those that choose it themselves.</summary>
    /// <exception cref="BarrelException">BRL3001 to BRL3007, BRL4030.</exception>
    public static Model LoadModel(string path)
    {
        try
        {
            return Model.LoadKeeping(Read(path), int.MaxValue);
        }
        catch (BarrelException e) when (e.Code is >= ModelErrors.NotABlob and <= ModelErrors.TooLarge)
        {
            throw new BarrelException(e.Code, $"model '{path}': {e.Message}", e);
        }
    }

    public static byte[] Read(string path)
    {
        try
        {
            FileInfo file = new(path);
            if (file.Exists && file.Length > FileBytesMax)
                throw new BarrelException(HostErrors.ModelUnreadable, $"model '{path}' has {file.Length} bytes; at most {FileBytesMax}");
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new BarrelException(HostErrors.ModelUnreadable, $"model '{path}' cannot be read: {e.Message.TrimEnd('.')}", e);
        }
    }
}
