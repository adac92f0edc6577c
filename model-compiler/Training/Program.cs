using System.Runtime.InteropServices;
using Barrel.Compiler.Commands;
using Barrel.Compiler.Training.Loop;
using Barrel.Runtime;

namespace Barrel.Compiler.Training;

/// <summary>The program behind <c>barrel train</c>: apart from the compiler, which does not need libtorch.</summary>
public static class Program
{
    public static int Main(string[] arguments) => CommandLine.Run(TrainCommand.Create(Streams.Console, Train), arguments, Streams.Console, "barrel train");

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
        try
        {
            new Trainer(settings, streams).Run(interrupted.Token);
        }
        catch (ExternalException e)
        {
            // Its first line says what; the rest are addresses.
            string what = e.Message.Split('\n')[0].TrimEnd('.', ' ');
            throw new BarrelException(TrainingErrors.TorchFailed, $"libtorch failed: {what}; where memory ran out, a smaller --batch would be right", e);
        }
    }
}
