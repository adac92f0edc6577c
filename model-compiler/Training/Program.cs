using Barrel.Compiler.Commands;

namespace Barrel.Compiler.Training;

/// <summary>The program behind <c>barrel train</c>: apart from the compiler, which does not need libtorch.</summary>
public static class Program
{
    public static int Main(string[] arguments) => CommandLine.Run(TrainCommand.Create(Streams.Console), arguments, Streams.Console);
}
