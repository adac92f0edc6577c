using Barrel.Boards;
using Barrel.Compiler.Emitting;
using Barrel.Runtime;

namespace Barrel.Compiler.Commands;

/// <summary>What <c>--emit-csharp</c> names: the generated C# of a blob, and the lists of it for project files.</summary>
internal static class GeneratedFolder
{
    /// <summary>Fails before long work where writing would fail after it; makes the folder.</summary>
    public static void Check(CompileOptions options)
    {
        Board? board = options.Board is null ? null : Barrel.Boards.Boards.Find(options.Board);
        if (board?.Family != NanoLimits.Family)
            throw OptionCheck.Wrong($"--emit-csharp is for boards that run nanoFramework; --board {string.Join(" or ", NanoBoards())} would be right");
        OutputFile.MakeFolder(options.EmitCSharp!);
        OutputFile.Check(Path.Combine(options.EmitCSharp!, $"{NetworkSource.ClassName}.cs"));
    }

    /// <summary>Writes all files; every one is made before the first is written.</summary>
    public static void Write(string folder, NetworkSource source)
    {
        SourceFile[] files = [.. source.Files()];
        foreach (string part in files.Select(f => Path.GetDirectoryName(f.Name)!).Where(p => p.Length > 0).Distinct())
            OutputFile.MakeFolder(Path.Combine(folder, part));
        foreach (SourceFile file in files)
            OutputFile.WriteText(Path.Combine(folder, file.Name), file.Text);
    }

    /// <summary>A line about what runs as C# and one for each layer that does not, with the reason.</summary>
    public static IEnumerable<string> Lines(NetworkSource source, NanoLimits limits)
    {
        int all = source.Pieces.Select(p => p.Layer).Distinct().Count();
        yield return $"{all} of {all + source.Others.Count()} layers as C#, about {source.Pieces.Sum(p => p.IlBytes):N0} bytes of IL in {source.PartCount} "
            + $"{(source.PartCount == 1 ? "assembly" : "assemblies")}; heap {limits.TakenBytes:N0} bytes of {limits.HeapBytes:N0}";
        foreach ((Layer layer, string why) in source.Others)
            yield return $"layer '{OneLine.Of(layer.Name)}' runs from the blob: {why}";
    }

    private static IEnumerable<string> NanoBoards() =>
        Barrel.Boards.Boards.Names.Where(name => Barrel.Boards.Boards.Find(name).Family == NanoLimits.Family);
}
