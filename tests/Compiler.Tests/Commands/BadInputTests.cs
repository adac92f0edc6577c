using System.Buffers.Binary;
using System.IO.Compression;
using Barrel.Compiler.Cards;
using Barrel.Compiler.Commands;
using Barrel.Compiler.Data;
using Barrel.Compiler.Import;
using Barrel.Compiler.Tests.Data;

namespace Barrel.Compiler.Tests.Commands;

/// <summary>What users give by mistake: one line that names it, exit code 2, and no file more or less than before.</summary>
[TestClass]
public class BadInputTests
{
    [TestMethod]
    [DataRow("empty", DataErrors.Empty, "empty")]
    [DataRow("text", DataErrors.Empty, "no PNG or JPEG")]
    [DataRow("one.png", DataErrors.BrokenZip, "a folder or zip of PNG or JPEG")]
    [DataRow("NET.onnx", DataErrors.BrokenZip, "NET.onnx")]
    [DataRow("cut", DataErrors.BrokenImage, "cut/b.png")]
    [DataRow("fake", DataErrors.BrokenImage, "fake/a.jpg")]
    [DataRow("forged", DataErrors.BrokenImage, "67108864 pixels")]
    [DataRow("bomb", DataErrors.BrokenImage, "unpacks to more than its 8x8 pixels")]
    [DataRow("long", DataErrors.FrameSize, "20000x1")]
    [DataRow("idx-and-pictures", DataErrors.Layout, "train-images-idx3-ubyte")]
    [DataRow("frames-and-classes", DataErrors.Layout, "cat/c.png")]
    [DataRow("frames-and-loose", DataErrors.Layout, "loose.png")]
    [DataRow("labels-alone", DataErrors.Layout, "labels/a.png")]
    [DataRow("sets", DataErrors.Layout, "train/labels/a.png")]
    [DataRow("no-idx", DataErrors.BrokenIdx, "dimension 0")]
    public void CalibrationFolders(string data, int code, string part)
    {
        using TemporaryFolder folder = Frames();
        TestCommandLine.Refused(folder, $"compile NET.onnx -o OUT.barrel --calibrate FOLDER/{data}", code, part);
        TestCommandLine.Refused(folder, $"verify NET.onnx GOOD.barrel --inputs FOLDER/{data}", code, part);
    }

    [TestMethod]
    [DataRow("sizes")]
    [DataRow("set/images")]
    [DataRow("set")]
    [DataRow("deep")]
    [DataRow("idx")]
    [DataRow("idx-and-pictures/train-images-idx3-ubyte")]
    public void FramesOfAllSizesAndDepthsAreRight(string data)
    {
        using TemporaryFolder folder = Frames();
        TestCommandLine run = TestCommandLine.RunIn(folder, $"compile NET.onnx -o OUT.barrel --calibrate FOLDER/{data}");
        Assert.AreEqual(0, run.ExitCode, run.Error);
        Assert.AreEqual("", run.Error);
    }

    [TestMethod]
    [DataRow("none/OUT.barrel", CommandErrors.Unwritable, "no folder")]
    [DataRow("one.png/OUT.barrel", CommandErrors.Unwritable, "no folder")]
    [DataRow("sizes", CommandErrors.Unwritable, "it is a folder")]
    [DataRow("NET.onnx", CommandErrors.Option, "ends in .barrel")]
    [DataRow("NET.card.json", CommandErrors.Option, "ends in .barrel")]
    [DataRow("one.png", CommandErrors.Option, "ends in .barrel")]
    public void OutputsThatCannotBe(string output, int code, string part)
    {
        using TemporaryFolder folder = Frames();
        TestCommandLine.Refused(folder, $"compile NET.onnx -o FOLDER/{output}", code, output, part);
    }

    [TestMethod]
    [DataRow("")]
    [DataRow(" ")]
    public void NamesThatAreEmpty(string name)
    {
        using TemporaryFolder folder = Frames();
        string net = folder["NET.onnx"], made = folder["OUT.barrel"];
        TestCommandLine.Run("compile", net, "-o", name).AssertError(CommandErrors.Option, ".barrel");
        TestCommandLine.Run("compile", name, "-o", made).AssertError(CommandErrors.InputFile, "empty name");
        TestCommandLine.Run("compile", net, "-o", made, "--calibrate", name).AssertError(CommandErrors.InputFile, "--calibrate");
        TestCommandLine.Run("compile", net, "-o", made, "--card", name).AssertError(CardErrors.Unreadable);
        TestCommandLine.Run("inspect", name).AssertError(CommandErrors.InputFile, "empty name");
    }

    /// <summary>Neither a line break nor an escape sequence of a name reaches the terminal.</summary>
    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    [DataRow("a\nerror BRL9999: b")]
    [DataRow("a\r\nb\u001b[2J")]
    [DataRow("a\u2028b\u0085c\u0007")]
    public void NamesWithControlCharacters(string name)
    {
        using TemporaryFolder folder = Frames();
        folder.Image($"evil/{name}/a.png", 4, 4, 1, 2, 3);
        folder.Bytes($"evil/{name}/b.png", [1]);
        folder.Bytes(name + ".onnx", BadWeightsTests.Convolution(float.NaN));
        Clean(TestCommandLine.Run("compile", folder[name + ".onnx"], "-o", folder["OUT.barrel"]), ImportErrors.NonFinite);
        Clean(TestCommandLine.Run("compile", folder["NET.onnx"], "-o", folder["OUT.barrel"], "--calibrate", folder["evil"]),
            DataErrors.BrokenImage);
        Clean(TestCommandLine.Run("inspect", folder[name + ".barrel"]), CommandErrors.InputFile);
        Clean(TestCommandLine.Run("inspect", name), CommandErrors.InputFile);
    }

    private static void Clean(TestCommandLine run, int code)
    {
        run.AssertError(code);
        foreach (string line in run.Error.Split('\n'))
            Assert.IsFalse(line.Any(c => char.IsControl(c) || c is '\u2028' or '\u2029'), line);
    }

    private static TemporaryFolder Frames()
    {
        TemporaryFolder folder = new();
        folder.Bytes("NET.onnx", BadWeightsTests.Convolution(0.3f));
        folder.Text("NET.card.json", "{}");
        byte[] png = TemporaryFolder.Png(9, 7, (x, y) => [(byte)(x * 25), (byte)(y * 30), 7]);
        byte[] grey = TemporaryFolder.Png(12, 5, (x, y) => [(byte)(x * y)]);
        folder.Bytes("sizes/a.png", png);
        folder.Bytes("sizes/b.png", grey);
        folder.Text("sizes/read.me", "");
        Assert.AreEqual(0, TestCommandLine.RunIn(folder, "compile NET.onnx -o GOOD.barrel --calibrate FOLDER/sizes").ExitCode);
        Directory.CreateDirectory(folder["empty"]);
        folder.Text("text/a.txt", "text");
        folder.Bytes("one.png", png);
        folder.Bytes("cut/a.png", png);
        folder.Bytes("cut/b.png", png[..(png.Length - 20)]);
        folder.Text("fake/a.jpg", "no picture");
        folder.Bytes("forged/a.png", [.. png[..16], 0, 1, 0, 0, 0, 1, 0, 0, .. png[24..]]);
        folder.Bytes("bomb/a.png", Bomb());
        folder.Bytes("long/a.png", TemporaryFolder.Png(20000, 1, (x, _) => [(byte)x]));
        byte[] idx = [0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6];
        folder.Bytes("idx/train-images-idx3-ubyte", idx);
        folder.Bytes("no-idx/train-images-idx3-ubyte", [0, 0, 8, 3, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 3]);
        folder.Bytes("idx-and-pictures/train-images-idx3-ubyte", idx);
        folder.Bytes("idx-and-pictures/cat/a.png", png);
        foreach (string set in new[] { "set", "frames-and-classes", "frames-and-loose", "sets/train", "sets/val" })
        {
            folder.Bytes(set + "/images/a.png", png);
            folder.Labels(set + "/labels/a.png", 9, 7, (_, _) => 0);
        }

        folder.Bytes("frames-and-classes/cat/c.png", png);
        folder.Bytes("frames-and-loose/loose.png", png);
        folder.Bytes("labels-alone/labels/a.png", grey);
        folder.Bytes("deep/cat/a.png", png);
        folder.Bytes("deep/dog/more/a.png", grey);
        return folder;
    }

    /// <summary>8×8 pixels whose packed data unpacks to 8 MB.</summary>
    private static byte[] Bomb()
    {
        using MemoryStream packed = new();
        using (ZLibStream zlib = new(packed, CompressionLevel.SmallestSize, leaveOpen: true))
            zlib.Write(new byte[8 << 20]);
        byte[] png = TemporaryFolder.Png(8, 8, (_, _) => [0]);

        // Signature and header take 33 bytes; the decoder looks at no checksum.
        byte[] length = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, (int)packed.Length);
        return [.. png[..33], .. length, .. "IDAT"u8, .. packed.ToArray(), 0, 0, 0, 0, .. png[^12..]];
    }
}
