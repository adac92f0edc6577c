namespace Barrel.Boards;

/// <summary>The boards that Barrel knows.</summary>
public static class Boards
{
    private const string Suffix = ".json";
    private const string SchemaName = "board.schema.json";

    /// <summary>Their names, sorted.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        .. typeof(Boards).Assembly.GetManifestResourceNames()
            .Where(name => name.EndsWith(Suffix, StringComparison.Ordinal) && name != SchemaName)
            .Select(name => name[..^Suffix.Length])
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>The board of a name, or of a JSON file's path (anything that ends in .json or names a directory).</summary>
    /// <exception cref="BoardException">The name is unknown, or the file is wrong.</exception>
    public static Board Find(string nameOrPath)
    {
        ArgumentNullException.ThrowIfNull(nameOrPath);
        if (nameOrPath.EndsWith(Suffix, StringComparison.OrdinalIgnoreCase) || nameOrPath.AsSpan().IndexOfAny('/', '\\') >= 0)
            return BoardFile.Load(nameOrPath);
        if (!Names.Contains(nameOrPath))
        {
            throw new BoardException(
                BoardErrors.UnknownBoard,
                $"unknown board '{nameOrPath}'; known are {string.Join(", ", Names)}, or give the path of a board's .json file");
        }

        return BoardFile.Parse(Resource(nameOrPath + Suffix), nameOrPath + Suffix);
    }

    /// <summary>The JSON schema of a board's file.</summary>
    public static string SchemaJson => System.Text.Encoding.UTF8.GetString(Resource(SchemaName));

    private static byte[] Resource(string name)
    {
        using Stream stream = typeof(Boards).Assembly.GetManifestResourceStream(name)!;
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
