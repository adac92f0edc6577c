using Barrel.Compiler.Cards;
using Barrel.Compiler.Data;
using Barrel.Compiler.Tests.Data;

namespace Barrel.Compiler.Tests.Commands;

/// <summary>Labelled data and cards that contradict each other, as <c>barrel evaluate</c> and <c>barrel compile</c> meet them.</summary>
[TestClass]
public class BadLabelsTests
{
    [TestMethod]
    [DataRow("outside", DataErrors.LabelOutside, "outside/labels/a.png", "id 7 at pixel 3, 2", "2 classes", "ignoreLabel 9")]
    [DataRow("size", DataErrors.LabelSize, "size/labels/a.png", "4x4", "8x8", "equal")]
    [DataRow("missing", DataErrors.LabelMissing, "missing/labels/b.png", "missing", "", "")]
    [DataRow("cut", DataErrors.BrokenImage, "cut/labels/a.png", "damaged or cut off", "", "")]
    [DataRow("colour", DataErrors.LabelFormat, "colour/labels/a.png", "8-bit grey PNG", "", "")]
    [DataRow("classes", DataErrors.Layout, "images/ and labels/", "", "", "")]
    public void Segmentation(string data, int code, params string[] parts)
    {
        using TemporaryFolder folder = Folder("segmentation", "\"ignoreLabel\": 9, ");
        foreach (string model in new[] { "NET.onnx", "GOOD.barrel" })
        {
            Assert.AreEqual(0, TestCommandLine.RunIn(folder, $"evaluate {model} --data FOLDER/good").ExitCode);
            TestCommandLine.Refused(folder, $"evaluate {model} --data FOLDER/{data}", code, parts);
        }
    }

    [TestMethod]
    [DataRow("strange", DataErrors.LabelOutside, "'bird'", "road, sky")]
    [DataRow("good", DataErrors.LabelOutside, "'images'", "road, sky")]
    [DataRow("loose", DataErrors.Layout, "loose/x.png", "a folder per class")]
    [DataRow("counts", DataErrors.BrokenIdx, "t10k-labels-idx1-ubyte", "3 labels for 2 images")]
    [DataRow("id", DataErrors.LabelOutside, "t10k-labels-idx1-ubyte", "id 5 of image 1")]
    [DataRow("mixed", DataErrors.Layout, "t10k-images-idx3-ubyte", "road/x.png")]
    public void Classification(string data, int code, params string[] parts)
    {
        using TemporaryFolder folder = Folder("classification", "");
        foreach (string model in new[] { "NET.onnx", "GOOD.barrel" })
        {
            Assert.AreEqual(0, TestCommandLine.RunIn(folder, $"evaluate {model} --data FOLDER/classes").ExitCode);
            TestCommandLine.Refused(folder, $"evaluate {model} --data FOLDER/{data}", code, parts);
        }
    }

    [TestMethod]
    [DataRow("[]", CardErrors.NotJson, "object")]
    [DataRow("{", CardErrors.NotJson, "JSON")]
    [DataRow("", CardErrors.NotJson, "JSON")]
    [DataRow("""{"task": 5}""", CardErrors.BadValue, "task must be one of")]
    [DataRow("""{"classes": "road"}""", CardErrors.BadValue, "classes must be a list")]
    [DataRow("""{"classes": ["a", 1]}""", CardErrors.BadValue, "classes[1]")]
    [DataRow("""{"classes": ["a", "a"]}""", CardErrors.Contradiction, "repeats 'a'")]
    [DataRow("""{"road": 5}""", CardErrors.BadValue, "road must be")]
    [DataRow("""{"classes": ["a"], "road": "b\n\u001b[2J"}""", CardErrors.Contradiction, "road names")]
    [DataRow("""{"ignoreLabel": 1.5}""", CardErrors.BadValue, "ignoreLabel")]
    [DataRow("""{"ignoreLabel": 256}""", CardErrors.BadValue, "0..255")]
    [DataRow("""{"threshold": "x", "task": "segmentation"}""", CardErrors.BadValue, "threshold")]
    [DataRow("""{"input": 7}""", CardErrors.BadValue, "input must be an object")]
    [DataRow("""{"input": {"subtract": "a"}}""", CardErrors.BadValue, "input.subtract")]
    [DataRow("""{"input": {"subtract": 1e400}}""", CardErrors.BadValue, "finite")]
    [DataRow("""{"input": {"multiply": [1, 2]}}""", CardErrors.Contradiction, "2 numbers for 3")]
    [DataRow("""{"input": {"multiply": 1e-300}}""", CardErrors.Contradiction, "must not be 0")]
    [DataRow("""{"input": {"binarize": 1}}""", CardErrors.BadValue, "true or false")]
    [DataRow("""{"input": {"padTo": 0}}""", CardErrors.BadValue, "input.padTo")]
    [DataRow("""{"a\nb": 1}""", CardErrors.UnknownKey, "known are")]
    public void Cards(string card, int code, string part)
    {
        using TemporaryFolder folder = Folder("none", "");
        folder.Text("BAD.json", card);
        TestCommandLine.Refused(folder, "compile NET.onnx -o OUT.barrel --card BAD.json", code, "BAD.json", part);
        TestCommandLine.Refused(folder, "verify NET.onnx GOOD.barrel --card BAD.json", code, "BAD.json", part);
    }

    [TestMethod]
    public void ACardMayBeginWithAByteOrderMark()
    {
        using TemporaryFolder folder = Folder("none", "");
        folder.Bytes("BAD.json", [.. "\uFEFF{\"task\": \"none\"}"u8]);
        Assert.AreEqual(0, TestCommandLine.RunIn(folder, "compile NET.onnx -o OUT.barrel --card BAD.json").ExitCode);
    }

    private static TemporaryFolder Folder(string task, string keys)
    {
        TemporaryFolder folder = new();
        folder.Bytes("NET.onnx", task == "classification" ? BadWeightsTests.Scores() : BadWeightsTests.Mask());
        folder.Text("NET.card.json", $$"""{ {{keys}}"task": "{{task}}", "classes": ["road", "sky"] }""");
        foreach (string set in new[] { "good", "outside", "size", "missing", "cut", "colour" })
        {
            folder.Image(set + "/images/a.png", 8, 8, 200, 20, 2);
            folder.Labels(set + "/labels/a.png", 8, 8, (x, y) => (byte)(x == y ? 9 : x & 1));
        }

        folder.Labels("outside/labels/a.png", 8, 8, (x, y) => (byte)(x == 3 && y == 2 ? 7 : 9));
        folder.Labels("size/labels/a.png", 4, 4, (_, _) => 0);
        folder.Image("missing/images/b.png", 8, 8, 1, 2, 3);
        folder.Bytes("cut/labels/a.png", File.ReadAllBytes(folder["good/labels/a.png"])[..^30]);
        folder.Image("colour/labels/a.png", 8, 8, 1, 2, 3);
        foreach (string file in new[] { "classes/road/a.png", "classes/sky/a.png", "strange/road/a.png", "strange/bird/a.png",
            "loose/road/a.png", "loose/x.png", "mixed/road/x.png" })
            folder.Image(file, 8, 8, 200, 20, 2);
        foreach ((string set, byte[] labels) in new (string, byte[])[] { ("counts", [1, 0, 1]), ("id", [1, 5]), ("mixed", [0, 1]) })
        {
            folder.Bytes(set + "/t10k-images-idx3-ubyte", [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 9, 8, 7, 6]);
            folder.Bytes(set + "/t10k-labels-idx1-ubyte", [0, 0, 8, 1, 0, 0, 0, (byte)labels.Length, .. labels]);
        }

        TestCommandLine made = TestCommandLine.RunIn(folder, "compile NET.onnx -o GOOD.barrel --calibrate FOLDER/good");
        Assert.AreEqual(0, made.ExitCode, made.Error);
        return folder;
    }
}
