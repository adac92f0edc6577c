using Barrel.Compiler.Commands;
using Barrel.Compiler.Tests.Data;

namespace Barrel.Compiler.Tests.Commands;

[TestClass]
public class CommandLineTests
{
    [TestMethod]
    [DataRow("")]
    [DataRow("compile")]
    [DataRow("inspect")]
    [DataRow("evaluate")]
    [DataRow("verify")]
    [DataRow("bench")]
    [DataRow("boards")]
    public void HelpIsEverywhere(string command)
    {
        TestCommandLine run = TestCommandLine.Run([.. command.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]);
        Assert.AreEqual(0, run.ExitCode);
        Assert.AreEqual("", run.Error);
        Assert.Contains("Usage:", run.Out);
    }

    [TestMethod]
    [DataRow("", "command")]
    [DataRow("frobnicate", "unknown command 'frobnicate'")]
    [DataRow("--frobnicate", "unknown option '--frobnicate'")]
    [DataRow("inspect", "argument")]
    [DataRow("inspect a.barrel b.barrel", "b.barrel")]
    [DataRow("evaluate a.onnx", "--data")]
    [DataRow("evaluate a.onnx --data", "--data")]
    [DataRow("evaluate a.onnx --data . --limitt 3", "unknown option '--limitt'")]
    [DataRow("evaluate a.onnx --data . -x", "unknown option '-x'")]
    [DataRow("evaluate a.onnx --data . --limit many", "many")]
    [DataRow("compile a.onnx", "--output")]
    [DataRow("compile a.onnx -o b.barrel --weights heavy", "heavy")]
    [DataRow("compile a.onnx -o b.barrel --bits 1.5", "1.5")]
    [DataRow("bench a.barrel --threads", "--threads")]
    public void BadUsageIsOneLine(string line, string part) =>
        TestCommandLine.Run(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).AssertError(CommandErrors.Usage, part, "--help");

    [TestMethod]
    [DataRow("evaluate NET.onnx --data . --limit 0", "--limit")]
    [DataRow("evaluate NET.onnx --data . --limit -3", "--limit")]
    [DataRow("compile NET.onnx -o OUT.barrel --bits 9", "--bits")]
    [DataRow("compile NET.onnx -o OUT.barrel --activation-bits 3", "--activation-bits")]
    [DataRow("compile NET.onnx -o OUT.barrel --adds-per-mac 0", "--adds-per-mac")]
    [DataRow("compile NET.onnx -o OUT.barrel --adds-per-mac NaN", "--adds-per-mac")]
    [DataRow("compile NET.onnx -o OUT.barrel --target-loss 1", "--data")]
    [DataRow("compile NET.onnx -o OUT.barrel --data .", "--target-loss")]
    [DataRow("compile NET.onnx -o NET.onnx", "--output")]
    [DataRow("bench NET.barrel --threads 0", "--threads")]
    [DataRow("verify NET.onnx NET.barrel --limit 0", "--limit")]
    public void ValuesOutOfRangeAreRefused(string line, string part) => Run(line).AssertError(CommandErrors.Option, part);

    [TestMethod]
    [DataRow("evaluate none.onnx --data .", "none.onnx")]
    [DataRow("evaluate NET.txt --data .", ".onnx or .barrel")]
    [DataRow("evaluate NET.onnx --data none", "none")]
    [DataRow("compile none.onnx -o OUT.barrel", "none.onnx")]
    [DataRow("compile NET.barrel -o OUT.barrel", ".onnx")]
    [DataRow("compile NET.onnx -o OUT.barrel --calibrate none", "--calibrate")]
    [DataRow("inspect none.barrel", "none.barrel")]
    [DataRow("inspect NET.onnx", ".barrel")]
    [DataRow("verify NET.onnx none.barrel", "none.barrel")]
    [DataRow("verify NET.onnx NET.barrel --inputs none", "--inputs")]
    [DataRow("bench NET.barrel --onnx none.onnx", "none.onnx")]
    public void MissingInputsAreRefused(string line, string part) => Run(line).AssertError(CommandErrors.InputFile, part);

    [TestMethod]
    public void UnwritableOutputsAreRefusedBeforeTheWork() =>
        Run("compile NET.onnx -o FOLDER/none/out.barrel").AssertError(CommandErrors.Unwritable, "out.barrel");

    private static TestCommandLine Run(string line)
    {
        using var folder = new TemporaryFolder();
        foreach (string extension in new[] { "onnx", "barrel", "txt" })
            folder.Text("NET." + extension, "");
        return TestCommandLine.Run([.. line.Split(' ').Select(w =>
            w.StartsWith("NET", StringComparison.Ordinal) || w.StartsWith("OUT", StringComparison.Ordinal) ? folder[w]
            : w.Replace("FOLDER", folder.Path, StringComparison.Ordinal))]);
    }
}
