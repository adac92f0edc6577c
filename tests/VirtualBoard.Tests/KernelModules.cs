namespace Barrel.VirtualBoard.Tests;

/// <summary>The kernel's modules, which say themselves what they need: a package as downloaded holds no modules.dep.</summary>
internal static class KernelModules
{
    /// <param name="folder">Holds the modules, at any depth.</param>
    /// <param name="names">Without ".ko".</param>
    /// <returns>Files of these modules and of all that they need, each after what it needs.</returns>
    public static IReadOnlyList<string> InOrder(string folder, IEnumerable<string> names)
    {
        Dictionary<string, string> files = Directory.EnumerateFiles(folder, "*.ko", SearchOption.AllDirectories)
            .ToDictionary(NameOf);
        List<string> ordered = [];
        foreach (string name in names)
            Visit(name);
        return ordered;

        void Visit(string name)
        {
            Assert.IsTrue(files.TryGetValue(Plain(name), out string? file), $"the kernel has no module {name}");
            if (ordered.Contains(file!))
                return;
            foreach (string needed in Needs(File.ReadAllBytes(file!)))
                Visit(needed);
            ordered.Add(file!);
        }
    }

    /// <summary>File names have '-' or '_' as their authors liked; the kernel takes both for one.</summary>
    public static string Plain(string name) => name.Replace('-', '_');

    /// <summary>The plain name of a module's file.</summary>
    public static string NameOf(string file) => Plain(Path.GetFileNameWithoutExtension(file));

    /// <summary>The "depends" of a module's own description, which is text with a zero after each entry.</summary>
    private static string[] Needs(ReadOnlySpan<byte> module)
    {
        ReadOnlySpan<byte> key = "\0depends="u8;
        int at = module.IndexOf(key);
        if (at < 0)
            return [];
        ReadOnlySpan<byte> value = module[(at + key.Length)..];
        return System.Text.Encoding.ASCII.GetString(value[..value.IndexOf((byte)0)]).Split(',', StringSplitOptions.RemoveEmptyEntries);
    }
}
