using Barrel.Compiler.Commands;
using Barrel.Compiler.Flashing;
using Barrel.Compiler.Tests.Commands;
using Barrel.Compiler.Tests.Data;
using Barrel.Tests;

namespace Barrel.Nano.Tests;

/// <summary><c>barrel flash</c> for boards that run nanoFramework.</summary>
[TestClass]
public class FlashTests
{
    [TestMethod]
    public void DryRunPrintsTheSteps()
    {
        TestCommandLine done = TestCommandLine.Run("flash", "esp32", "--port", "COM3", "--image", "my app.bin", "--dry-run");
        Assert.AreEqual(0, done.ExitCode, done.Error);
        Assert.AreEqual(
            "nanoff --target ESP32_REV0 --serialport COM3 --update\nnanoff --target ESP32_REV0 --serialport COM3 --deploy --image 'my app.bin'\n",
            done.Out.ReplaceLineEndings("\n"));
        Assert.StartsWith("nanoff --target ESP32_S3_OCTAL ", TestCommandLine.Run("flash", "esp32-s3", "--port", "COM3", "--dry-run").Out);
    }

    [TestMethod]
    [DataRow("flash esp32", CommandErrors.Option, "--port")]
    [DataRow("flash desktop --port COM3", FlashErrors.NotFlashed, "desktop is not flashed")]
    [DataRow("flash tdnn-sram-65nm --host pi@board --dry-run", FlashErrors.NotFlashed, "tdnn-sram-65nm is not flashed")]
    [DataRow("flash esp32 --port COM3 --image none.bin", CommandErrors.InputFile, "none.bin")]
    public void RefusesInOneLine(string line, int code, string part) => TestCommandLine.Run(line.Split(' ')).AssertError(code, part);

    /// <summary>A board of the user's own: whatever firmware might be right for it, that of another is wrong.</summary>
    [TestMethod]
    public void ABoardWithoutAKnownFirmwareIsNotFlashed()
    {
        using TemporaryFolder folder = new();
        string own = folder.Text("own.json", Repository.Read("boards/esp32.json").Replace("\"esp32\"", "\"esp32-own\"", StringComparison.Ordinal));
        TestCommandLine.Run("flash", own, "--port", "COM3", "--dry-run").AssertError(FlashErrors.NotFlashed, "esp32-own", "firmware");
    }

    /// <summary>Where nanoff is installed nothing can be said.</summary>
    [TestMethod]
    public void WithoutTheToolAnErrorSaysWhereFrom()
    {
        string? path = Environment.GetEnvironmentVariable("PATH");
        if ((path ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, Esp32Flash.Program))))
            Assert.Inconclusive("nanoff is installed here");
        TestCommandLine result = TestCommandLine.Run("flash", "esp32", "--port", "COM3");
        Assert.AreEqual(2, result.ExitCode);
        Assert.StartsWith($"error BRL{FlashErrors.ToolMissing}: 'nanoff' cannot be started", result.Error);
    }
}
