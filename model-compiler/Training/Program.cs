using Barrel.Compiler.Commands;
using Barrel.Compiler.Training.Loop;

namespace Barrel.Compiler.Training;

/// <summary>The program behind <c>barrel train</c>: apart from the compiler, which does not need libtorch.</summary>
public static class Program
{
    public static int Main(string[] arguments) => CommandLine.Run(TrainCommand.Create(Streams.Console, Train), arguments, Streams.Console);

    private static void Train(TrainingSettings settings, Streams streams)
    {
        using CancellationTokenSource interrupted = new();
        Console.CancelKeyPress += (_, e) =>
        {
            // The step under way ends first; a second time ends at once.
            e.Cancel = !interrupted.IsCancellationRequested;
            interrupted.Cancel();
        };
        NativeTorch.Load();
        new Trainer(settings, streams).Run(interrupted.Token);
    }
}
