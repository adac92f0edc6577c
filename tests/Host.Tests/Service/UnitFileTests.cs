using System.Diagnostics;
using Barrel.Host.Service;

namespace Barrel.Host.Tests.Service;

/// <summary>The unit in <c>boards/</c> says what the program does, and systemd understands it.</summary>
[TestClass]
public class UnitFileTests
{
    private const string Analyze = "systemd-analyze";

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public void SystemdUnderstandsIt()
    {
        if (!(Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(p => File.Exists(Path.Combine(p, Analyze))))
            Assert.Inconclusive($"needs {Analyze}: apt install systemd");
        string folder = Directory.CreateTempSubdirectory("barrel-unit-").FullName;
        try
        {
            // The program is on the board only; what it runs must be there for the check.
            string unit = Path.Combine(folder, "barrel-host.service");
            File.WriteAllText(unit, Text().Replace("/opt/barrel/current/barrel-host", "/bin/true", StringComparison.Ordinal));
            using Process process = Process.Start(new ProcessStartInfo(Analyze, ["verify", "--man=no", unit]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
            string error = process.StandardError.ReadToEnd() + process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            Assert.AreEqual((0, ""), (process.ExitCode, error));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [TestMethod]
    [DataRow("Type", "notify")]
    [DataRow("NotifyAccess", "main")]
    [DataRow("Restart", "on-failure")]
    [DataRow("RestartPreventExitStatus", "2")]
    [DataRow("ExecReload", "/bin/kill -HUP $MAINPID")]
    [DataRow("User", "barrel")]
    [DataRow("SupplementaryGroups", "gpio spi video")]
    [DataRow("ProtectSystem", "strict")]
    [DataRow("StateDirectory", "barrel")]
    [DataRow("RuntimeDirectory", "barrel")]
    [DataRow("NoNewPrivileges", "yes")]
    public void ItSays(string key, string value) => CollectionAssert.Contains(Text().Split('\n'), $"{key}={value}");

    [TestMethod]
    public void TheDefaultSocketIsInItsFolder()
    {
        const string runtime = "RuntimeDirectory=";
        string folder = Text().Split('\n').First(l => l.StartsWith(runtime, StringComparison.Ordinal))[runtime.Length..];
        Assert.AreEqual(StatusSocket.DefaultPath, $"/run/{folder}/barrel.sock");
    }

    private static string Text()
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Barrel.slnx")))
            folder = Path.GetDirectoryName(folder)!;
        return File.ReadAllText(Path.Combine(folder, "boards", "barrel-host.service"));
    }
}
