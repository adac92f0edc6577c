namespace Barrel.Boards;

/// <summary>One kind of JSON file, read whole, checked for its size before it is read.</summary>
/// <param name="kind">What it is called in messages, like "fault map".</param>
/// <param name="unreadable">The code where the file cannot be read.</param>
/// <param name="invalid">The code where it is not such JSON.</param>
/// <param name="bytesMax">Longest file.</param>
/// <param name="read">Asks for its keys.</param>
internal sealed class JsonFile<T>(string kind, int unreadable, int invalid, int bytesMax, Func<StrictJson, T> read)
    where T : class
{
    /// <summary>The bytes of a file.</summary>
    /// <exception cref="BoardException">It is absent, forbidden or too long.</exception>
    public byte[] Read(string path)
    {
        try
        {
            using FileStream stream = File.OpenRead(path);
            if (stream.Length > bytesMax)
                throw new BoardException(unreadable, $"{kind} '{path}' has {stream.Length} bytes; at most {bytesMax}");
            byte[] json = new byte[stream.Length];
            stream.ReadExactly(json);
            return json;
        }
        catch (Exception e) when (WholeFile.IsFailure(e))
        {
            throw new BoardException(unreadable, $"{kind} '{path}' cannot be read: {e.Message.TrimEnd('.')}", e);
        }
    }

    /// <summary>The object in JSON in UTF-8; its values are not checked.</summary>
    /// <param name="json">The whole file.</param>
    /// <param name="source">Name of the file, for messages.</param>
    /// <exception cref="BoardException">It is not JSON, or not of this kind.</exception>
    public T Parse(ReadOnlyMemory<byte> json, string source)
    {
        try
        {
            return StrictJson.Read(json, read)
                ?? throw new BoardException(invalid, $"{kind} '{source}' is null; a JSON object would be right");
        }
        catch (StrictJsonException e)
        {
            throw new BoardException(invalid, $"{kind} '{source}', line {e.Line}: {e.Message}", e);
        }
    }
}
