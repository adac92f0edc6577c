using System.IO.Compression;
using Barrel.Runtime;

namespace Barrel.Compiler.Data;

/// <summary>The files of a zip, unpacked one at a time in memory; nothing is written to disk.</summary>
internal sealed class ZipTree : IFileTree
{
    private const int EntryBytesMax = 1 << 28;

    private readonly ZipArchive _archive;
    private readonly Dictionary<string, ZipArchiveEntry> _entries = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();

    public ZipTree(string path)
    {
        Path = path;
        try
        {
            _archive = ZipFile.OpenRead(path);
            foreach (ZipArchiveEntry entry in _archive.Entries)
            {
                string file = entry.FullName.Replace('\\', '/');
                if (!file.EndsWith('/') && !FileNames.IsHidden(file))
                    _entries[file] = entry;
            }
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException or NotSupportedException)
        {
            _archive?.Dispose();
            throw new BarrelException(DataErrors.BrokenZip,
                $"{path}: neither a folder nor a zip that can be read ({e.Message.TrimEnd('.')}); a folder or zip of PNG or JPEG, or idx files, would be right", e);
        }

        Files = [.. _entries.Keys.Order(StringComparer.Ordinal)];
    }

    public string Path { get; }

    public IReadOnlyList<string> Files { get; }

    public byte[] Read(string file)
    {
        // An archive has one position in its file.
        lock (_lock)
        {
            try
            {
                ZipArchiveEntry entry = _entries[file];
                if (entry.Length > EntryBytesMax)
                    throw new InvalidDataException($"{entry.Length} bytes; at most {EntryBytesMax}");
                var bytes = new byte[entry.Length];
                using Stream stream = entry.Open();
                stream.ReadExactly(bytes);
                return bytes;
            }
            catch (Exception e) when (e is InvalidDataException or IOException or NotSupportedException)
            {
                throw new BarrelException(DataErrors.BrokenZip, $"{Show(file)}: cannot be unpacked: {e.Message.TrimEnd('.')}", e);
            }
        }
    }

    public string Show(string file) => $"{Path}/{file}";

    public void Dispose() => _archive.Dispose();
}
