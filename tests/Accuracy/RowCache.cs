using System.Text.Json;
using Barrel.Compiler;
using Barrel.Runtime;

namespace Barrel.Accuracy;

/// <summary>
/// Rows that were measured, a line of JSON each, so that a run that was cut off goes on where it was. Rows of another build of compiler and runtime do not
/// count: a changed quantizer gives other figures.
/// </summary>
internal sealed class RowCache
{
    private static readonly string Build = $"{typeof(NetworkCompiler).Module.ModuleVersionId:N}{typeof(Model).Module.ModuleVersionId:N}";

    private readonly string _path;
    private readonly Dictionary<string, Figures> _rows = [];

    public RowCache(string path)
    {
        _path = path;
        foreach (string line in File.Exists(path) ? File.ReadAllLines(path) : [])
            if (Parse(line) is Entry entry && entry.Build == Build)
                _rows[entry.Key] = entry.Figures;
    }

    private sealed record Entry(string Build, string Key, Figures Figures);

    public Figures? this[Row row] => _rows.GetValueOrDefault(row.Key);

    public void Add(Row row, Figures figures)
    {
        _rows[row.Key] = figures;
        File.AppendAllText(_path, JsonSerializer.Serialize(new Entry(Build, row.Key, figures)) + "\n");
    }

    /// <summary>Null for the half line that a run which was cut off may leave.</summary>
    private static Entry? Parse(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<Entry>(line);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
