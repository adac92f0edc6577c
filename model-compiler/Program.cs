using System.CommandLine;
using Barrel.Compiler.Commands;

namespace Barrel.Compiler;

/// <summary>The list of commands, in the order in which a user meets them.</summary>
public static class Program
{
    public static int Main(string[] arguments) => CommandLine.Run(Root(Streams.Console), arguments, Streams.Console);

    internal static RootCommand Root(Streams streams) => new("Barrel compiles ONNX networks into blobs that run without a multiplication.")
    {
        Compile.Create(streams),
        Inspect.Create(streams),
        Evaluate.Create(streams),
        Verify.Create(streams),
        Bench.Create(streams),
        Commands.Boards.Create(streams),
        Flash.Create(streams),
        Train.Create(),
    };
}
