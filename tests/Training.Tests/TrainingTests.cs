using Barrel.Compiler.Commands;
using Barrel.Compiler.Data;
using Barrel.Compiler.Networks;
using Barrel.Compiler.Tests.Data;
using Barrel.Compiler.Training;
using Barrel.Compiler.Training.Architectures;
using Barrel.Compiler.Training.Data;
using Barrel.Compiler.Training.Loop;
using TorchSharp;

namespace Barrel.Training.Tests;

/// <summary>Whole trainings, short: what they leave, that they go on where they stopped, that the blob gives what training saw.</summary>
[TestClass]
public class TrainingTests
{
    public static IEnumerable<object[]> Networks => Architecture.All.Select(a => new object[] { a.Name });

    [TestMethod]
    [DynamicData(nameof(Networks))]
    public void Each_network_learns_and_compiles(string name)
    {
        using TemporaryFolder folder = new();
        Architecture architecture = Architecture.Find(name)!;
        bool isLarge = architecture.Build(architecture.Card().Classes.Length).Macs > 100_000_000;
        string[] options = isLarge ? ["--epochs", "2", "--fine-tune", "1", "--limit", "8", "--batch", "4"] : ["--epochs", "6", "--fine-tune", "2", "--limit", "64", "--batch", "8"];
        Trained done = Train(folder, name, Data(folder, name), options);
        Assert.AreEqual(0, done.ExitCode, done.Error);

        double[] losses = [.. File.ReadLines(folder["net.csv"]).Skip(1).Where(l => l[0] == '0').Select(l => double.Parse(l.Split(',')[3], System.Globalization.CultureInfo.InvariantCulture))];
        Assert.IsGreaterThan(losses[^1], losses[0], string.Join(' ', losses));

        StringWriter output = new(), error = new();
        Streams streams = new(output, error, ShowsProgress: false);
        string[] compile = ["compile", folder["net.onnx"], "-o", folder["net.barrel"]];
        Assert.AreEqual(0, CommandLine.Run(Compiler.Program.Root(streams), compile, streams), error.ToString());
    }

    /// <summary>Cut off in the first stage and in the second, and gone on: the same bytes as in one piece.</summary>
    [TestMethod]
    [DataRow("roadgrid", 2)]
    [DataRow("roadgrid", 15)]
    [DataRow("digits", 3)]
    public void An_interrupted_training_ends_with_the_same_network(string name, int lines)
    {
        using TemporaryFolder whole = new(), cut = new();
        string[] options = ["--epochs", "3", "--fine-tune", "3", "--limit", "40", "--batch", "8", "--threads", "1"];
        Assert.AreEqual(0, Train(whole, name, Data(whole, name), options).ExitCode);

        using CancellationTokenSource interrupted = new();
        Trained stopped = Train(cut, name, Data(cut, name), options, interrupted, lines);
        Assert.Contains($"error BRL{TrainingErrors.Interrupted}", stopped.Error);
        Assert.IsFalse(File.Exists(cut["net.onnx"]));
        Trained done = Train(cut, name, Data(cut, name), [.. options, "--resume"]);
        Assert.AreEqual(0, done.ExitCode, done.Error);
        CollectionAssert.AreEqual(File.ReadAllBytes(whole["net.onnx"]), File.ReadAllBytes(cut["net.onnx"]));

        string[] rows = [.. File.ReadLines(cut["net.csv"]).Select(l => string.Join(',', l.Split(',')[..4]))];
        CollectionAssert.AreEqual(File.ReadLines(whole["net.csv"]).Select(l => string.Join(',', l.Split(',')[..4])).ToArray(), rows);
    }

    /// <summary>The blob computes what the last step of fine-tuning computed: pixels differ where float sums of libtorch end on the other side of a border.</summary>
    [TestMethod]
    [DataRow("roadgrid")]
    [DataRow("roadgrid-binary")]
    public void The_blob_answers_as_training_did(string name)
    {
        using TemporaryFolder folder = new();
        Trained done = Train(folder, name, ["scene:3"], ["--epochs", "8", "--fine-tune", "6", "--limit", "64", "--batch", "8"]);
        Assert.AreEqual(0, done.ExitCode, done.Error);
        StringWriter output = new(), error = new();
        Streams streams = new(output, error, ShowsProgress: false);
        Assert.AreEqual(0, CommandLine.Run(Compiler.Program.Root(streams), ["compile", folder["net.onnx"], "-o", folder["net.barrel"]], streams), error.ToString());

        using INetwork onnx = NetworkFile.Open(folder["net.onnx"], null, error), blob = NetworkFile.Open(folder["net.barrel"], null, error);
        using INetworkSession floats = onnx.Open(), taps = blob.Open();
        using SceneDataSet frames = new(9, 40);
        FramePlanes planes = new(blob.Input);
        byte[] codes = new byte[blob.Input.ByteCount()];
        int equal = 0, all = 0, road = 0;
        for (int i = 0; i < frames.Count; i++)
        {
            planes.Fill(frames.Load(i).Image, codes, "frame");
            byte[] expected = done.Answer!(codes);
            byte[] found = taps.Segment(codes).Ids.ToArray();
            byte[] byRuntime = floats.Segment(codes).Ids.ToArray();
            for (int p = 0; p < found.Length; p++)
            {
                equal += found[p] == expected[p] && byRuntime[p] == expected[p] ? 1 : 0;
                road += expected[p];
                all++;
            }
        }

        Assert.IsTrue(road > all / 20 && road < all * 19 / 20, $"{road} of {all} cells are road: the network has not learnt enough to tell");
        Assert.IsGreaterThanOrEqualTo(0.995 * all, equal, $"{equal} of {all} cells agree");
    }

    [TestMethod]
    public void Two_runs_give_the_same_bytes()
    {
        using TemporaryFolder one = new(), two = new();
        string[] options = ["--epochs", "2", "--limit", "32", "--batch", "8", "--threads", "2"];
        Train(one, "digits-binary", Data(one, "digits-binary"), options);
        Train(two, "digits-binary", Data(two, "digits-binary"), options);
        CollectionAssert.AreEqual(File.ReadAllBytes(one["net.onnx"]), File.ReadAllBytes(two["net.onnx"]));
    }

    [TestMethod]
    public void A_loss_that_is_no_number_stops_and_says_where()
    {
        using TemporaryFolder folder = new();
        Trained done = Train(folder, "digits", Data(folder, "digits"), ["--epochs", "1", "--limit", "16", "--batch", "8"], spoil: "conv2");
        done.AssertError(TrainingErrors.NotFinite, "step 0 of 2", "--rate");
        Assert.IsFalse(File.Exists(folder["net.onnx"]));
    }

    [TestMethod]
    [DataRow("--epochs 1 --resume", TrainingErrors.BadCheckpoint, "net.checkpoint")]
    [DataRow("--scheme ternary", CommandErrors.Option, "terms")]
    [DataRow("--scheme 3", CommandErrors.Option, "terms")]
    [DataRow("--optimizer adam", CommandErrors.Option, "sgd")]
    [DataRow("--bits 9", CommandErrors.Option, "3..8")]
    [DataRow("--data scene:x", TrainingErrors.BadData, "scene:")]
    [DataRow("--data nowhere", DataErrors.Missing, "nowhere")]
    [DataRow("--teacher Nothing.onnx", CommandErrors.InputFile, "Nothing.onnx")]
    public void What_is_wrong_is_said_in_one_line(string options, int code, string part)
    {
        using TemporaryFolder folder = new();
        Train(folder, "roadgrid", ["scene:1"], ["--limit", "8", .. options.Split(' ')]).AssertError(code, part);
        Assert.IsFalse(File.Exists(folder["net.onnx"]));
    }

    [TestMethod]
    public void A_picture_without_a_label_and_a_label_of_another_size_are_named()
    {
        using TemporaryFolder folder = new();
        folder.Image("set/images/a.png", 64, 48, 1, 2, 3);
        folder.Labels("set/labels/a.png", 64, 48, (_, _) => 3);
        folder.Image("set/images/b.png", 64, 48, 1, 2, 3);
        Train(folder, "roadgrid", [folder["set"]], []).AssertError(DataErrors.LabelMissing, "b.png");
        folder.Labels("set/labels/b.png", 32, 48, (_, _) => 3);
        Train(folder, "roadgrid", [folder["set"]], []).AssertError(DataErrors.LabelSize, "b.png", "32x48");
    }

    [TestMethod]
    public void A_checkpoint_of_another_training_or_cut_off_is_refused()
    {
        using TemporaryFolder folder = new();
        string[] options = ["--epochs", "1", "--fine-tune", "0", "--limit", "16", "--batch", "8"];
        Assert.AreEqual(0, Train(folder, "roadgrid", ["scene:1"], options).ExitCode);
        Train(folder, "roadgrid", ["scene:1"], [.. options, "--seed", "2", "--resume"]).AssertError(TrainingErrors.BadCheckpoint, "seed 1", "seed 2");
        byte[] bytes = File.ReadAllBytes(folder["net.checkpoint"]);
        foreach (int length in (int[])[0, 3, 40, bytes.Length / 2, bytes.Length - 1])
        {
            folder.Bytes("net.checkpoint", bytes[..length]);
            Train(folder, "roadgrid", ["scene:1"], [.. options, "--resume"]).AssertError(TrainingErrors.BadCheckpoint, "net.checkpoint");
        }
    }

    /// <summary>Where the checkpoint cannot be written, training ends with one line and no network.</summary>
    [TestMethod]
    public void A_checkpoint_that_cannot_be_written_is_said()
    {
        using TemporaryFolder folder = new();
        Directory.CreateDirectory(folder["net.checkpoint"]);
        Train(folder, "roadgrid", ["scene:1"], ["--epochs", "1", "--limit", "8", "--batch", "8"]).AssertError(CommandErrors.Unwritable, "net.checkpoint");
        Assert.IsFalse(File.Exists(folder["net.onnx"]));
    }

    private static Trained Train(
        TemporaryFolder folder, string name, string[] data, string[] options, CancellationTokenSource? interrupted = null, int lines = 0, string? spoil = null)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        StringWriter output = new();
        LineCounter error = new(lines, () => interrupted?.Cancel());
        Streams streams = new(output, error, ShowsProgress: false);
        Trainer? trainer = null;
        string[] all = [name, .. options.Contains("--data") ? [] : data.SelectMany(d => (string[])["--data", d]), "-o", folder["net.onnx"], .. options];
        System.CommandLine.RootCommand command = TrainCommand.Create(streams, (settings, given) =>
        {
            trainer = new Trainer(settings, given);
            if (spoil is not null)
                trainer.Network.Layers.Single(l => l.Node.Name == spoil).Bias.detach().fill_(float.NaN);
            trainer.Run(interrupted?.Token ?? CancellationToken.None);
        });
        int exitCode = CommandLine.Run(command, all, streams);
        return new Trained(exitCode, output.ToString(), error.ToString(), trainer is null ? null : codes => trainer.Answer(codes));
    }

    /// <summary>Something to learn for each network: rendered streets, or squares at places of their own.</summary>
    private static string[] Data(TemporaryFolder folder, string name)
    {
        if (!name.Contains("digits", StringComparison.Ordinal) && name != "vgg-cifar")
            return ["scene:1"];
        string[] classes = Architecture.Find(name)!.Card().Classes;
        int side = name == "vgg-cifar" ? 32 : 28;
        for (int i = 0; i < 64; i++)
        {
            int own = i % classes.Length, x0 = 3 + (own % 5 * 5), y0 = 4 + (own / 5 * 12), grey = 150 + i;
            folder.Bytes($"set/{classes[own]}/{i}.png", TemporaryFolder.Png(side, side, (x, y) =>
            {
                byte level = (byte)(x >= x0 && x < x0 + 4 && y >= y0 && y < y0 + 6 ? grey : 20);
                return [level, level, level];
            }));
        }

        return [folder["set"]];
    }

    private sealed record Trained(int ExitCode, string Out, string Error, Func<byte[], byte[]>? Answer)
    {
        public void AssertError(int code, params string[] parts)
        {
            Assert.AreEqual(2, ExitCode, Error);
            string[] lines = [.. Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(l => l.StartsWith("error", StringComparison.Ordinal))];
            Assert.HasCount(1, lines, Error);
            Assert.StartsWith($"error BRL{code:D4}: ", lines[0]);
            foreach (string part in parts)
                Assert.Contains(part, lines[0]);
        }
    }

    /// <summary>Keeps lines, and acts at one of them: so a training is interrupted at the same step each time.</summary>
    private sealed class LineCounter(int at, Action action) : StringWriter
    {
        private int _lines;

        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            if (++_lines == at)
                action();
        }
    }
}
