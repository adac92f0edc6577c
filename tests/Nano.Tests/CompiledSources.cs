using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Emit;

namespace Barrel.Nano.Tests;

/// <summary>Sources compiled in memory, optimized, as the build of a project would.</summary>
internal static class CompiledSources
{
    private static readonly CSharpParseOptions Parsing = new(LanguageVersion.Latest);

    /// <summary>Against .NET and the runtime of this process.</summary>
    public static Assembly Load(string name, IEnumerable<(string Path, string Text)> sources)
    {
        IEnumerable<MetadataReference> references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(p => Path.GetFileName(p).StartsWith("System.", StringComparison.Ordinal) || Path.GetFileName(p) is "Barrel.Runtime.dll" or "netstandard.dll" or "mscorlib.dll")
            .Select(p => MetadataReference.CreateFromFile(p));
        return Assembly.Load(Emit(name, sources, references));
    }

    /// <summary>An assembly that is there to be compiled against: what is extern has no body.</summary>
    public static byte[] EmitSurface(string name, IEnumerable<(string Path, string Text)> sources, IEnumerable<MetadataReference> references)
    {
        CSharpCompilation compilation = CSharpCompilation.Create(
            name, sources.Select(s => CSharpSyntaxTree.ParseText(s.Text, Parsing, s.Path)), references,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release, deterministic: true));
        return Image(name, compilation, DiagnosticSeverity.Error);
    }

    /// <summary>The image of an assembly; the test fails with what the compiler says where it says anything.</summary>
    public static byte[] Emit(string name, IEnumerable<(string Path, string Text)> sources, IEnumerable<MetadataReference> references)
    {
        CSharpCompilationOptions options = new(
            OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release, nullableContextOptions: NullableContextOptions.Annotations,
            deterministic: true, warningLevel: 4, allowUnsafe: true);
        CSharpCompilation compilation = CSharpCompilation.Create(
            name, sources.Select(s => CSharpSyntaxTree.ParseText(s.Text, Parsing, s.Path)), references, options);
        return Image(name, compilation, DiagnosticSeverity.Warning);
    }

    private static byte[] Image(string name, CSharpCompilation compilation, DiagnosticSeverity severity)
    {
        using MemoryStream image = new();
        EmitResult result = compilation.Emit(image, options: new EmitOptions(runtimeMetadataVersion: "v4.0.30319"));
        string[] said = [.. result.Diagnostics.Where(d => d.Severity >= severity).Take(8).Select(d => d.ToString())];
        Assert.IsEmpty(said, $"{name}:\n{string.Join('\n', said)}");
        return image.ToArray();
    }
}
