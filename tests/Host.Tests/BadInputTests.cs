using Barrel.Host.Cameras;
using Barrel.Host.Commands;
using Barrel.Runtime;
using Barrel.Runtime.Tests.Models;

namespace Barrel.Host.Tests;

/// <summary>What users give by mistake: one line that names it, and exit code 2.</summary>
[TestClass]
public class BadInputTests
{
    private static readonly string Fake = typeof(BadInputTests).Assembly.Location;

    /// <summary>Refused before any frame: nothing on the standard output, the one line on the other.</summary>
    [TestMethod]
    [DataRow("BRL4023", "--model FAKE --camera dir:/no/such/place", "dir:/no/such/place")]
    [DataRow("BRL4023", "--model FAKE --camera dir:FOLDER/junk", "FOLDER/junk")]
    [DataRow("BRL4023", "--model FAKE --camera dir:FOLDER/empty", "no .png")]
    [DataRow("BRL4023", "--model FAKE --camera y4m:/no/such/file", "y4m:/no/such/file")]
    [DataRow("BRL4023", "--model FAKE --camera y4m:FOLDER/empty", "FOLDER/empty")]
    [DataRow("BRL4025", "--model FAKE --camera y4m:FOLDER/junk", "YUV4MPEG2")]
    [DataRow("BRL4025", "--model FAKE --camera y4m:FOLDER/header-cut", "first line")]
    [DataRow("BRL4025", "--model FAKE --camera y4m:FOLDER/large", "9437184 pixels")]
    [DataRow("BRL4026", "--model FAKE --camera scene:one", "scene:one")]
    [DataRow("BRL4026", "--model FAKE --camera scene:1:64x48:0", "1 to 1000")]
    [DataRow("BRL4030", "--model /no/such/file --camera scene:1", "/no/such/file")]
    [DataRow("BRL4030", "--model FOLDER/empty --camera scene:1", "FOLDER/empty")]
    [DataRow("BRL3001", "--model FOLDER/junk --camera scene:1", "FOLDER/junk")]
    [DataRow("BRL3003", "--model FOLDER/road-cut --camera scene:1", "FOLDER/road-cut")]
    [DataRow("BRL3007", "--model FOLDER/road --camera scene:1 --board esp32", "board esp32")]
    [DataRow("BRL4031", "--model FOLDER/classifier --camera scene:1", "no road mask")]
    [DataRow("BRL4001", "--model FAKE --camera scene:1 --board toaster", "raspberry-pi-4")]
    [DataRow("BRL4002", "--model FAKE --camera scene:1 --board FOLDER/none.json", "none.json")]
    [DataRow("BRL4003", "--model FAKE --camera scene:1 --board FOLDER/board.json", "board.json")]
    [DataRow("BRL4033", "--model FAKE --camera scene:1 --frames 0", "--frames")]
    [DataRow("BRL4033", "--model FAKE --camera scene:1 --frames -5", "--frames")]
    [DataRow("BRL4033", "--model FAKE --camera scene:1 --frames 1 --record FOLDER/empty --realtime", "record does not go with realtime")]
    [DataRow("BRL4029", "--model FAKE --camera scene:1 --overlay FOLDER/junk", "FOLDER/junk")]
    [DataRow("BRL4029", "--model FAKE --camera scene:1 --overlay FOLDER/junk/below", "FOLDER/junk/below")]
    public void BeforeTheFirstFrame(string code, string line, string part)
    {
        (int exitCode, string output, string error) = Run(line, part, out string expected);
        Assert.AreEqual(2, exitCode, error);
        Assert.AreEqual("", output);
        Assert.HasCount(1, error.Trim().Split('\n'), error);
        Assert.StartsWith($"error {code}: ", error);
        Assert.Contains(expected, error);
    }

    /// <summary>Pins were driven, so a line says that they are safe; then comes the one line of the error.</summary>
    [TestMethod]
    [DataRow("BRL4025", "--model FAKE --camera y4m:FOLDER/cut", "frame 2 breaks off, after 2 whole frames")]
    [DataRow("BRL4025", "--model FAKE --camera y4m:FOLDER/first-cut", "after 0 whole frames")]
    [DataRow("BRL4025", "--model FAKE --camera y4m:FOLDER/no-frame-line", "has no FRAME line")]
    [DataRow("BRL4023", "--model FAKE --camera y4m:FOLDER/header", "y4m:FOLDER/header: it ended before its first frame")]
    [DataRow("BRL4024", "--model FAKE --camera dir:FOLDER/pictures", "FOLDER/pictures/b.png")]
    [DataRow("BRL4025", "--json --model FAKE --camera y4m:FOLDER/cut", "after 2 whole frames")]
    public void WhileItRuns(string code, string line, string part)
    {
        (int exitCode, string output, string error) = Run(line, part, out string expected);
        Assert.AreEqual(2, exitCode, error);
        string[] lines = error.Trim().Split('\n');
        Assert.HasCount(2, lines, error);
        Assert.StartsWith("barrel-host: pins are in their safe state: ", lines[0]);
        Assert.StartsWith($"error {code}: ", lines[1]);
        Assert.Contains(expected, lines[1]);
        if (line.StartsWith("--json", StringComparison.Ordinal))
            System.Text.Json.JsonDocument.Parse(output).Dispose();
    }

    [TestMethod]
    [DataRow("a\nerror BRL9999: b")]
    [DataRow("a\r\nb\u001b[2J\u0007")]
    public void NamesCannotSteerTheTerminal(string name)
    {
        foreach (string[] arguments in new string[][]
        {
            ["run", "--model", name, "--camera", "scene:1"], ["run", "--model", Fake, "--camera", name],
            ["run", "--model", Fake, "--camera", "dir:" + name],
            ["run", "--model", Fake, "--camera", "scene:" + name], ["run", "--model", Fake, "--camera", "scene:1", "--board", name], [name],
        })
        {
            using HostProcess host = new(arguments);
            (int exitCode, _, string error) = host.Finish();
            Assert.AreEqual(2, exitCode, error);
            string line = error.TrimEnd('\n', '\r');
            Assert.StartsWith("error BRL4", line);
            Assert.IsFalse(line.Any(char.IsControl), line);
        }
    }

    private static (int ExitCode, string Output, string Error) Run(string line, string part, out string expected)
    {
        string folder = Directory.CreateTempSubdirectory("barrel-").FullName;
        try
        {
            Fill(folder);
            expected = part.Replace("FOLDER", folder, StringComparison.Ordinal);
            using HostProcess host = new(
                ["run", .. line.Split(' ').Select(a =>
                    a.Replace("FAKE", Fake, StringComparison.Ordinal).Replace("FOLDER", folder, StringComparison.Ordinal))]);
            return host.Finish();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Fill(string folder)
    {
        void Write(string name, byte[] bytes)
        {
            string path = Path.Combine(folder, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, bytes);
        }

        Directory.CreateDirectory(Path.Combine(folder, "empty"));
        Write("junk", [.. Enumerable.Range(0, 3000).Select(i => (byte)(i * 7))]);
        Write("board.json", "[]"u8.ToArray());
        byte[] road = DemoFiles.Model();
        Write("road", road);
        Write("road-cut", road[..^9]);
        Write("classifier", Classifier());

        using MemoryStream clip = new();
        Y4mWriter writer = new(clip, 64, 48, 10);
        int header = (int)clip.Length;
        for (int i = 0; i < 3; i++)
            writer.Write(new byte[64 * 48 * 3]);
        byte[] whole = clip.ToArray();
        int frame = (whole.Length - header) / 3;
        Write("header", whole[..header]);
        Write("header-cut", whole[..(header - 4)]);
        Write("cut", whole[..^100]);
        Write("first-cut", whole[..(header + frame - 1)]);
        Write("no-frame-line", [.. whole[..header], .. whole[(header + 3)..]]);
        Write("large", "YUV4MPEG2 W8000 H8000 F10:1\n"u8.ToArray());

        using MemoryStream picture = new();
        new StbImageWriteSharp.ImageWriter().WritePng(new byte[64 * 48 * 3], 64, 48, StbImageWriteSharp.ColorComponents.RedGreenBlue,
            picture);
        Write("pictures/a.png", picture.ToArray());
        Write("pictures/b.png", picture.ToArray()[..^40]);
    }

    /// <summary>A network that makes no mask.</summary>
    private static byte[] Classifier()
    {
        TestModel made = SampleModels.OneRow(8, 16, AccumulatorLayer.ModeRaw);
        made.Model.Task = Model.TaskClassification;
        return made.ToBlob();
    }
}
