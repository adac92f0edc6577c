using System.CommandLine;
using Barrel.Compiler.Commands;
using Barrel.Compiler.Training.Architectures;
using Barrel.Compiler.Training.Loop;

namespace Barrel.Compiler.Training;

/// <summary>Options of <c>barrel train</c>.</summary>
internal static class TrainCommand
{
    /// <param name="streams">Where to write.</param>
    /// <param name="run">Trains with the settings that the command line came to.</param>
    public static RootCommand Create(Streams streams, Action<TrainingSettings, Streams> run)
    {
        Argument<string> network = new("NETWORK") { Description = string.Join("; ", Architecture.All.Select(a => $"{a.Name}: {a.Summary}")) };
        Option<string[]> data = new("--data")
        {
            Description = "Labelled data, as `barrel evaluate` takes it, or scene:SEED for rendered streets; several are joined",
            HelpName = "DIR",
            Required = true,
        };
        Option<string> output = new("--output", "-o") { Description = "The trained network; its card, log and checkpoint come to lie beside it", HelpName = "OUT.onnx", Required = true };
        Option<string?> validate = new("--validate") { Description = "Labelled data to measure on while training", HelpName = "DIR" };
        Option<string?> teacher = new("--teacher") { Description = "A network whose answers are half of the loss", HelpName = "FILE.onnx" };
        Option<string?> scheme = new("--scheme") { Description = "float, linear or log (LOGNET's Algorithm 1), terms (the compiler's sums of powers), binary; default is the network's own", HelpName = "NAME" };
        Option<int?> bits = new("--bits") { Description = "Bits of linear and log codes with their sign, 3 to 8; default 5", HelpName = "N" };
        Option<double?> adds = new("--adds-per-mac") { Description = "Terms for each multiplication, scheme terms", HelpName = "X" };
        Option<int?> activationBits = new("--activation-bits") { Description = "Bits of activations, scheme terms: 4 to 8", HelpName = "N" };
        Option<double?> variation = new("--delay-variation") { Description = "Standard deviation of a chip's delays that scheme binary learns to bear, over the delay of a weight: 0 to 1", HelpName = "X" };
        Option<int?> epochs = new("--epochs") { Description = "Epochs from nothing", HelpName = "N" };
        Option<int?> fineTune = new("--fine-tune") { Description = "Epochs of fine-tuning, scheme terms", HelpName = "N" };
        Option<int?> batch = new("--batch") { Description = "Samples a step", HelpName = "N" };
        Option<double?> rate = new("--rate") { Description = "Greatest learning rate", HelpName = "X" };
        Option<string?> optimizer = new("--optimizer") { Description = "adamw (default) or sgd, with momentum", HelpName = "NAME" };
        Option<int?> seed = new("--seed") { Description = "Of weights, order and augmentation; default 1", HelpName = "N" };
        Option<int?> limit = new("--limit") { Description = "At most so many samples of each data set", HelpName = "N" };
        Option<int?> threads = new("--threads") { Description = "Threads; results are the same for the same number", HelpName = "N" };
        Option<bool> resume = new("--resume") { Description = "Go on from the checkpoint beside the output" };
        RootCommand command = new("Train a network whose weights are powers of two or signs; `barrel compile` keeps them as they are")
        {
            network, data, output, validate, teacher, scheme, bits, adds, activationBits, variation, epochs, fineTune, batch, rate, optimizer, seed, limit, threads, resume,
        };
        command.Does(result =>
        {
            string name = result.GetRequiredValue(network);
            Architecture architecture = Architecture.Find(name)
                ?? throw OptionCheck.Wrong($"there is no network '{name}'; {string.Join(", ", Architecture.All.Select(a => a.Name))} are");
            SchemeKind kind = result.GetValue(scheme) is string text ? SchemeOf(text) : architecture.Scheme;
            TrainingSettings settings = new(architecture)
            {
                Data = result.GetRequiredValue(data),
                OutputPath = OptionCheck.OutputFile(result.GetRequiredValue(output), "--output", ".onnx"),
                Validate = result.GetValue(validate),
                Teacher = result.GetValue(teacher) is string file ? OptionCheck.InputFile(file, ".onnx") : null,
                Scheme = kind,
                Bits = OptionCheck.InRange(result.GetValue(bits), "--bits", 3, 8) ?? 5,
                AddsPerMac = OptionCheck.InRange(result.GetValue(adds), "--adds-per-mac", 0.05, 2) ?? architecture.AddsPerMac,
                ActivationBits = OptionCheck.InRange(result.GetValue(activationBits), "--activation-bits", 4, 8) ?? architecture.ActivationBits,
                DelayVariation = OptionCheck.InRange(result.GetValue(variation), "--delay-variation", 0, 1) ?? 0,
                Epochs = OptionCheck.InRange(result.GetValue(epochs), "--epochs", 0, 100_000) ?? architecture.Epochs,
                FineTuneEpochs = OptionCheck.InRange(result.GetValue(fineTune), "--fine-tune", 0, 100_000) ?? architecture.FineTuneEpochs,
                Batch = OptionCheck.InRange(result.GetValue(batch), "--batch", 1, 4096) ?? architecture.Batch,
                Rate = OptionCheck.InRange(result.GetValue(rate), "--rate", 1e-7, 10) ?? architecture.Rate,
                IsSgd = (result.GetValue(optimizer) ?? "adamw") switch
                {
                    "adamw" => false,
                    "sgd" => true,
                    string other => throw OptionCheck.Wrong($"--optimizer is '{other}'; adamw or sgd would be right"),
                },
                Seed = OptionCheck.InRange(result.GetValue(seed), "--seed", 0, int.MaxValue) ?? 1,
                Limit = OptionCheck.InRange(result.GetValue(limit), "--limit", 1, int.MaxValue),
                Threads = OptionCheck.InRange(result.GetValue(threads), "--threads", 1, 256) ?? Environment.ProcessorCount,
                Resume = result.GetValue(resume),
            };
            run(settings, streams);
            return ExitCode.Done;
        });
        return command;
    }

    private static SchemeKind SchemeOf(string text) => Enum.TryParse(text, ignoreCase: true, out SchemeKind kind) && char.IsLetter(text[0])
        ? kind
        : throw OptionCheck.Wrong($"--scheme is '{text}'; {string.Join(", ", Enum.GetNames<SchemeKind>()).ToLowerInvariant()} would be right");
}
