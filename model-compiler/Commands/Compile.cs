using System.CommandLine;
using Barrel.Boards;
using Barrel.Compiler.Cards;
using Barrel.Compiler.Data;
using Barrel.Compiler.Emitting;
using Barrel.Compiler.Graphs;
using Barrel.Compiler.Import;
using Barrel.Compiler.Lowering;
using Barrel.Compiler.Placing;
using Barrel.Compiler.Quantizing;
using Barrel.Compiler.Reports;
using Barrel.Compiler.Tuning;
using Barrel.Runtime;

namespace Barrel.Compiler.Commands;

/// <summary>Options of <c>barrel compile</c>, checked.</summary>
public sealed record CompileOptions
{
    /// <summary>The ONNX file; it exists.</summary>
    public required string Model { get; init; }

    /// <summary>The blob to write.</summary>
    public required string Output { get; init; }

    /// <summary>Frames to measure ranges on; null: seeded synthetic ones.</summary>
    public string? Calibrate { get; init; }

    /// <summary>terms, log2, lognet, logsqrt2 or linear.</summary>
    public required string Weights { get; init; }

    /// <summary>Bits of a weight without its sign, 2 to 8; null with terms, else 4 by default.</summary>
    public int? Bits { get; init; }

    /// <summary>Adds per dense multiplication to aim at, with terms alone; null: the default.</summary>
    public double? AddsPerMac { get; init; }

    /// <summary>Bytes of the blob at most, with terms alone; null: as many as it takes.</summary>
    public int? BlobBytes { get; init; }

    /// <summary>4 to 8, with log activations 2 to 5; null: 8, or what <see cref="TargetLoss"/> finds, and 4.</summary>
    public int? ActivationBits { get; init; }

    /// <summary>linear or log2.</summary>
    public required string Activations { get; init; }

    /// <summary>The model card; null: the one beside the model.</summary>
    public string? Card { get; init; }

    /// <summary>Points of mIoU or top-1 that may be lost, measured on <see cref="Data"/>; null: not measured.</summary>
    public double? TargetLoss { get; init; }

    /// <summary>Labelled data for <see cref="TargetLoss"/> and <see cref="Report"/>; null: none.</summary>
    public string? Data { get; init; }

    /// <summary>The board that the blob must fit on; null: none.</summary>
    public string? Board { get; init; }

    /// <summary>Bad processing elements of the board's chip, a JSON file; null: none.</summary>
    public string? Faults { get; init; }

    /// <summary>Folder for the report; null: none.</summary>
    public string? Report { get; init; }

    /// <summary>Folder for generated C#; null: none.</summary>
    public string? EmitCSharp { get; init; }

    /// <summary>One JSON object instead of a table.</summary>
    public bool Json { get; init; }
}

/// <summary><c>barrel compile</c>: an ONNX network becomes a blob.</summary>
public static class Compile
{
    private static readonly string[] WeightSchemes = ["terms", "log2", "lognet", "logsqrt2", "linear"];
    private static readonly string[] ActivationGrids = ["linear", "log2"];

    public static Command Create(Streams streams)
    {
        var model = SharedOptions.Onnx();
        var output = new Option<string>("--output", "-o") { Description = "The blob to write", HelpName = "OUT.barrel", Required = true };
        var calibrate = new Option<string?>("--calibrate")
        {
            Description = "Frames to measure ranges on (folder, zip or idx); without, synthetic frames are used and a warning says so",
            HelpName = "DIR",
        };
        var weights = Choice("--weights", "How a weight becomes shifts and adds", WeightSchemes);
        var bits = new Option<int?>("--bits") { Description = "Bits of a weight besides its sign, 2 to 8; not with terms", HelpName = "N" };
        var adds = new Option<double?>("--adds-per-mac") { Description = "Adds per multiplication of the float network to aim at; with terms alone", HelpName = "X" };
        var blobBytes = new Option<int?>("--blob-bytes") { Description = "Bytes of the blob at most; with terms alone, at a price in accuracy", HelpName = "N" };
        var activationBits = new Option<int?>("--activation-bits")
        {
            Description = "Bits of an activation, 4 to 8 [default: 8, or what --target-loss finds]; with log2 2 to 5 besides a sign [default: 4]",
            HelpName = "N",
        };
        var activations = Choice("--activations", "Codes of activations: equal steps, or zero and powers of two", ActivationGrids);
        var card = SharedOptions.Card();
        var loss = new Option<double?>("--target-loss")
        {
            Description = "Find the cheapest adds per MAC and activation bits that lose at most X points of mIoU or top-1 on --data",
            HelpName = "X",
        };
        var data = new Option<string?>("--data") { Description = "Labelled data for --target-loss and --report, as for evaluate", HelpName = "DIR" };
        var board = new Option<string?>("--board") { Description = "Board that it must fit on (else exit code 1; of a board that runs nanoFramework an error); binary layers are placed on its TDNN chip", HelpName = "NAME" };
        var faults = new Option<string?>("--faults") { Description = "Bad processing elements of the board's chip, as barrel-host chip diagnose writes them", HelpName = "MAP.json" };
        var report = new Option<string?>("--report") { Description = "Write a report, one HTML page, to this folder", HelpName = "DIR" };
        var csharp = new Option<string?>("--emit-csharp") { Description = "Write the hot layers as C# to this folder, for a board that runs nanoFramework", HelpName = "DIR" };
        var json = SharedOptions.Json();
        return new Command("compile", "Turn an ONNX network into a blob of shifts and adds; prints its layers, adds, bytes and fit")
        {
            model, output, calibrate, weights, bits, adds, blobBytes, activationBits, activations, card, loss, data, board, faults, report, csharp, json,
        }.Does(result => Run(
            Validate(new CompileOptions
            {
                Model = result.GetRequiredValue(model),
                Output = result.GetRequiredValue(output),
                Calibrate = result.GetValue(calibrate),
                Weights = result.GetRequiredValue(weights),
                Bits = result.GetValue(bits),
                AddsPerMac = result.GetValue(adds),
                BlobBytes = result.GetValue(blobBytes),
                ActivationBits = result.GetValue(activationBits),
                Activations = result.GetRequiredValue(activations),
                Card = result.GetValue(card),
                TargetLoss = result.GetValue(loss),
                Data = result.GetValue(data),
                Board = result.GetValue(board),
                Faults = result.GetValue(faults),
                Report = result.GetValue(report),
                EmitCSharp = result.GetValue(csharp),
                Json = result.GetValue(json),
            }),
            streams));
    }

    internal static CompileOptions Validate(CompileOptions options)
    {
        OptionCheck.InputFile(options.Model, ".onnx");
        OptionCheck.Data(options.Calibrate, "--calibrate");
        OptionCheck.Data(options.Data, "--data");
        OptionCheck.InRange(options.Bits, "--bits", 2, 8);
        if (options.Bits is not null && options.Weights == WeightSchemes[0])
            throw OptionCheck.Wrong($"--bits is for --weights {string.Join(", ", WeightSchemes[1..])}; {WeightSchemes[0]} has --adds-per-mac");
        if (options.Activations == "log2")
            OptionCheck.InRange(options.ActivationBits, "--activation-bits with --activations log2", 2, 5);
        else
            OptionCheck.InRange(options.ActivationBits, "--activation-bits", 4, 8);
        OptionCheck.InRange(options.AddsPerMac, "--adds-per-mac", 0.01, 16);
        OptionCheck.InRange(options.BlobBytes, "--blob-bytes", 1, int.MaxValue);
        if (options.BlobBytes is not null && options.Weights != WeightSchemes[0])
            throw OptionCheck.Wrong($"--blob-bytes with --weights {options.Weights}, which has no choice of bytes; --weights {WeightSchemes[0]} would be right");
        if (options.BlobBytes is not null && options.TargetLoss is not null)
            throw OptionCheck.Wrong("--blob-bytes and --target-loss each search a setting of their own; one of the two would be right");
        OptionCheck.InRange(options.TargetLoss, "--target-loss", 0, 100);
        if (options.TargetLoss is not null && options.Data is null)
            throw OptionCheck.Wrong("--target-loss without --data; labelled data to measure the loss on would be right");
        if (options.Data is not null && options.TargetLoss is null && options.Report is null)
            throw OptionCheck.Wrong("--data without --target-loss or --report; one of them, or leaving it out, would be right");
        if (options.TargetLoss is not null && options.AddsPerMac is not null)
            throw OptionCheck.Wrong("--target-loss searches --adds-per-mac; one of the two would be right");
        if (options.TargetLoss is not null && options.Weights != WeightSchemes[0])
            throw OptionCheck.Wrong($"--target-loss with --weights {options.Weights}, which takes no budget of adds; --weights {WeightSchemes[0]} would be right");
        if (options.Faults is not null && options.Board is null)
            throw OptionCheck.Wrong("--faults without --board; the board whose chip it is would be right");
        OptionCheck.OutputFile(options.Output, "--output", ".barrel");
        if (options.Report is not null)
            ReportFolder.Check(options.Report);
        if (options.EmitCSharp is not null)
            GeneratedFolder.Check(options);
        return options;
    }

    private static int Run(CompileOptions options, Streams streams)
    {
        QuantizeOptions quantization = Quantization(options);
        Board? board = options.Board is null ? null : Barrel.Boards.Boards.Find(options.Board);
        ChipFaultMap? faults = options.Faults is null ? null : ChipFaultMap.Load(options.Faults);
        faults?.CheckFits(board!, options.Faults!);
        ModelCard card = ModelCard.For(options.Model, options.Card);
        if (card.Warning(options.Model) is string warning)
            streams.Error.WriteLine(warning);
        Graph graph = OnnxImporter.ImportFile(options.Model);
        LoweredNetwork lowered = NetworkCompiler.Lower(graph, card);
        List<byte[]> frames = CalibrationFrames.Load(options.Calibrate, NetworkCompiler.InputFormatOf(graph, card), streams.Error, CalibrationFrames.CountFor(lowered));
        Trial chosen;
        PlacedBlob? placed = null;
        NetworkSource? generated = null;
        using (var progress = new Progress(streams))
        {
            using TaskMetric? metric = options.Data is null ? null : new(options.Model, card, options.Data, lowered.Macs, progress);
            Trials trials = new(graph, card, frames, progress);
            TargetSearch? search = options.TargetLoss is not double loss ? null
                : new(trials.Compile, metric!, new Target(quantization, FixedBits(options, quantization), loss), progress.Line);
            chosen = options.BlobBytes is int bytes ? new BlobSearch(trials.Compile, bytes, progress.Line).Run(quantization)
                : search is null ? trials.Compile(quantization) : search.Run();
            AddsBudget.Check(options, chosen.Model);
            if (board?.Chip is not null)
            {
                placed = PlacedBlob.Of(chosen.Model, board, faults);
                chosen.Place(placed.Model);
            }

            if (board?.Family == NanoLimits.Family)
            {
                generated = new NetworkSource(chosen.Model);
                new NanoLimits(board, chosen.Model, generated).Check();
            }

            OutputFile.Write(options.Output, stream => stream.Write(chosen.Model.Blob));
            if (options.EmitCSharp is not null)
                GeneratedFolder.Write(options.EmitCSharp, generated!);
            if (options.Report is not null)
                ReportFolder.Write(options, new ReportSubject(graph, card, frames, trials, metric, chosen, search?.Tried ?? [], board), progress);
        }

        // An error stands alone: what was fused or dropped matters to those who have a blob.
        foreach (string remark in chosen.Remarks.Concat(placed?.Remarks ?? []))
            streams.Error.WriteLine(OneLine.Of(remark));
        Model model = chosen.Model;
        ModelReport.Write(streams.Out, model, PlacementCosts.Of(model, board), options.Json);
        if (board is null)
            return ExitCode.Done;
        TextWriter about = options.Json ? streams.Error : streams.Out;
        if (generated is not null)
            foreach (string line in GeneratedFolder.Lines(generated, new NanoLimits(board, model, generated)))
                about.WriteLine(line);
        BoardFit fit = new(board, model);
        about.WriteLine(fit.Line);
        return fit.Fits ? ExitCode.Done : ExitCode.CheckFailed;
    }

    /// <summary>Log codes have a range of bits of their own, in which fewer are not cheaper.</summary>
    private static int? FixedBits(CompileOptions options, QuantizeOptions quantization) =>
        quantization.Activations == ActivationScheme.Log2 ? quantization.ActivationBits : options.ActivationBits;

    private static QuantizeOptions Quantization(CompileOptions options)
    {
        var defaults = new QuantizeOptions();
        bool log = options.Activations == "log2";
        return defaults with
        {
            Weights = Enum.Parse<WeightScheme>(options.Weights, ignoreCase: true),
            Bits = options.Bits ?? defaults.Bits,
            AddsPerMac = options.AddsPerMac ?? defaults.AddsPerMac,
            Activations = log ? ActivationScheme.Log2 : ActivationScheme.Linear,
            ActivationBits = options.ActivationBits ?? (log ? LogGrids.BitsMax : defaults.ActivationBits),
        };
    }

    private static Option<string> Choice(string name, string description, string[] choices)
    {
        var option = new Option<string>(name) { Description = description, DefaultValueFactory = _ => choices[0] };
        option.AcceptOnlyFromAmong(choices);
        return option;
    }
}
