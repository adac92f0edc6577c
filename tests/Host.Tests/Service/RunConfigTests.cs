using System.Text;
using Barrel.Host.CommandLine;
using Barrel.Host.Commands;
using Barrel.Host.Decision;
using Barrel.Host.Service;

namespace Barrel.Host.Tests.Service;

/// <summary>The configuration file of <c>run</c>.</summary>
[TestClass]
public class RunConfigTests
{
    [TestMethod]
    [DataRow("BRL4061", """{"wachdog": 1}""", "key 'wachdog' is unknown; keys are model, camera")]
    [DataRow("BRL4061", """{"watchdog": "x"}""", "key 'watchdog' has a wrong value; right is: whole number, 10 to 3600000")]
    [DataRow("BRL4061", """{"watchdog": 1.5}""", "key 'watchdog' has a wrong value")]
    [DataRow("BRL4061", """{"watchdog": 9}""", "key 'watchdog' is '9'; right is: whole number, 10 to 3600000")]
    [DataRow("BRL4061", """{"threads": 65}""", "key 'threads' is '65'; right is: whole number, 1 to 64")]
    [DataRow("BRL4061", """{"frames": 0}""", "key 'frames' is '0'")]
    [DataRow("BRL4061", """{"frames": 99999999999999999999}""", "key 'frames' has a wrong value")]
    [DataRow("BRL4061", """{"pins": "nails"}""", "key 'pins' is 'nails'; right is: text, simulated or gpio")]
    [DataRow("BRL4061", """{"model": ""}""", "key 'model' is ''")]
    [DataRow("BRL4061", """{"realtime": "yes"}""", "key 'realtime' has a wrong value; right is: true or false")]
    [DataRow("BRL4061", """{"model": "a", "model": "b"}""", "key 'model' is there twice")]
    [DataRow("BRL4061", """{"Model": "a"}""", "key 'Model' is unknown")]
    [DataRow("BRL4061", """{"decision": {"top": 1}}""", "key 'decision.top' is unknown; keys are topPerMille")]
    [DataRow("BRL4061", """{"decision": {"topPerMille": "a"}}""", "key 'decision.topPerMille' has a wrong value; right is: whole number, per mille, 0 to 999")]
    [DataRow("BRL4061", """{"decision": 3}""", "key 'decision' has a wrong value; right is: object")]
    [DataRow("BRL4027", """{"decision": {"topPerMille": 2000}}""", "decision setting TopPerMille is 2000")]
    [DataRow("BRL4061", """["model"]""", "line 1: it is not one JSON object")]
    [DataRow("BRL4061", "{\n\"model\": \"a\"\n\"camera\": 1}", "line 3")]
    [DataRow("BRL4061", """{"model": "a" """, "it is not one JSON object")]
    [DataRow("BRL4061", "null", "is null")]
    [DataRow("BRL4061", "", "it is not one JSON object")]
    [DataRow("BRL4061", "\u0001\u0002", "it is not one JSON object")]
    [DataRow("BRL4033", """{"camera": "scene:1"}""", "--model is missing")]
    [DataRow("BRL4033", """{"model": "m"}""", "--camera is missing")]
    [DataRow("BRL4030", """{"model": "/no/such/model", "camera": "scene:1"}""", "/no/such/model")]
    public void AMistakeIsOneLineThatNamesTheKey(string code, string json, string part)
    {
        string path = Path.Combine(Path.GetTempPath(), $"barrel-config-{Guid.NewGuid():N}.json");
        File.WriteAllText(path, json);
        try
        {
            (int exitCode, string error) = Run("run", "--config", path);
            Assert.AreEqual(2, exitCode, error);
            Assert.HasCount(1, error.Trim().Split('\n'), error);
            Assert.StartsWith($"error {code}: ", error);
            Assert.Contains(part, error);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [TestMethod]
    public void AFileThatCannotBeReadIsNamed()
    {
        foreach (string path in (string[])["/no/such/config.json", Path.GetTempPath()])
        {
            (int exitCode, string error) = Run("run", "--config", path);
            Assert.AreEqual(2, exitCode, error);
            Assert.StartsWith("error BRL4060: ", error);
            Assert.Contains(path, error);
        }
    }

    [TestMethod]
    public void CommentsTrailingCommasAndAByteOrderMarkAreRead()
    {
        RunConfig config = Parse("\uFEFF{ // the model\n \"model\": \"m\", /* how often */ \"watchdog\": 20, }");
        Assert.AreEqual(("m", 20), (config.Model, config.WatchdogMs));
    }

    [TestMethod]
    public void TheCommandLineWins()
    {
        RunConfig file = Parse("""{"model": "m", "camera": "c", "watchdog": 20, "realtime": true, "decision": {"framesToChange": 7}}""");
        RunConfig both = new RunConfig { Model = "other", Realtime = false }.Over(file);
        Assert.AreEqual(("other", "c", 20, false), (both.Model, both.Camera, both.WatchdogMs, both.Realtime));
        Assert.AreEqual(7, both.Decision!.ToSettings().FramesToChange);
    }

    /// <summary>Every option has a key, every key has an option, and each goes all the way.</summary>
    [TestMethod]
    public void OptionsAndKeysAreTheSame()
    {
        using StringWriter nowhere = new();
        Command run = RunCommand.Create(new CommandContext { Output = nowhere, Error = nowhere, CreateExecutor = ModelFile.Load });
        string[] options = [.. run.Options.Select(o => Camel(o.Name)).Where(o => o is not "config")];
        string[] keys = [.. RunConfigKeys.All.Select(k => k.Name).Where(k => !k.Contains('.', StringComparison.Ordinal))];
        string[] known = [.. typeof(RunConfig).GetProperties().Select(p => Camel(p.Name))];
        CollectionAssert.AreEquivalent(options, keys.Except(["decision"]).ToArray());
        CollectionAssert.AreEquivalent(keys, known.Where(k => k is not ("boardName" or "pinKind" or "watchdogMs" or "threadCount")).ToArray());
        string[] decision = [.. typeof(DecisionSettings).GetFields().Where(f => !f.IsLiteral).Select(f => "decision." + Camel(f.Name))];
        CollectionAssert.AreEquivalent(decision, RunConfigKeys.All.Select(k => k.Name).Where(k => k.Contains('.', StringComparison.Ordinal)).ToArray());
        RunConfig full = Parse(Full);
        Assert.AreEqual(full, new RunConfig().Over(full), "every key survives the merge");
        Assert.AreEqual(full, full.Over(new RunConfig()));
        Assert.IsFalse(typeof(RunConfig).GetProperties().Any(p => p.GetValue(full) is null), "the sample has every key");
        Assert.IsFalse(typeof(DecisionConfig).GetProperties().Any(p => p.GetValue(full.Decision) is null), "the sample has every key of the decision");
    }

    [TestMethod]
    public void TheDocumentHasEveryKey()
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Barrel.slnx")))
            folder = Path.GetDirectoryName(folder)!;
        string text = File.ReadAllText(Path.Combine(folder, "firmware-host", "README.md"));
        foreach (RunConfigKey key in RunConfigKeys.All)
            Assert.Contains($"| `{key.Name}` | {key.Kind} | {key.Meaning} | {(key.IsTakenOver ? "reload" : "")} |", text);
    }

    [TestMethod]
    public void WhatNeedsARestartIsNamed()
    {
        RunConfig before = Parse(Full);
        CollectionAssert.AreEqual(
            new[] { "camera", "link" }, before.KeysThatNeedRestart(before with { Camera = "x", Link = "y", Watchdog = 99, Threads = 3, Model = "z" }).ToArray());
    }

    private const string Full = """
        {
          "model": "m", "camera": "c", "board": "b", "pins": "gpio", "frames": 5, "overlay": "o", "record": "r", "realtime": true, "loop": true, "watchdog": 20,
          "threads": 2, "link": "l", "emulate": "e", "json": true, "statusSocket": "s",
          "decision": {
            "topPerMille": 1, "bottomPerMille": 2, "topWidthPerMille": 3, "bottomWidthPerMille": 4, "centrePerMille": 5, "clearFromPerMille": 7,
            "blockedUntilPerMille": 6, "asideFromPerMille": 9, "aheadUntilPerMille": 8, "framesToChange": 10
          }
        }
        """;

    private static RunConfig Parse(string json) => RunConfigFile.Parse(Encoding.UTF8.GetBytes(json), "test.json");

    private static string Camel(string name)
    {
        string[] words = name.Split('-', StringSplitOptions.RemoveEmptyEntries);
        return string.Concat(words.Select((w, i) => (i == 0 ? char.ToLowerInvariant(w[0]) : char.ToUpperInvariant(w[0])) + w[1..]));
    }

    private static (int ExitCode, string Error) Run(params string[] line)
    {
        using StringWriter output = new(), error = new();
        int exitCode = Program.Run(line, new CommandContext { Output = output, Error = error, CreateExecutor = ModelFile.Load });
        Assert.AreEqual("", output.ToString());
        return (exitCode, error.ToString());
    }
}
