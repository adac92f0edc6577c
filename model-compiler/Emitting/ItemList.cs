using System.Text;

namespace Barrel.Compiler.Emitting;

/// <summary>The list of generated files that an <c>.nfproj</c> imports.</summary>
internal static class ItemList
{
    public const string Ending = ".projitems";

    /// <summary>The list, beside the files it names.</summary>
    public static SourceFile Of(string folder, IEnumerable<SourceFile> files)
    {
        StringBuilder text = new("<Project xmlns=\"http://schemas.microsoft.com/developer/msbuild/2003\">\n  <ItemGroup>\n");
        foreach (SourceFile file in files)
            text.Append("    <Compile Include=\"$(MSBuildThisFileDirectory)").Append(Path.GetFileName(file.Name)).Append("\" />\n");
        return new SourceFile($"{folder}{NetworkSource.ClassName}{Ending}", text.Append("  </ItemGroup>\n</Project>\n").ToString());
    }
}
