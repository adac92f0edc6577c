using System.Text.Json;
using Barrel.Host.Service;

namespace Barrel.Host.Tests.Service;

/// <summary>A start that finds its model damaged.</summary>
[TestClass]
[OSCondition(OperatingSystems.Linux)]
public class LastGoodModelTests
{
    [TestMethod]
    public void AServiceWhoseModelIsDamagedStartsWithTheLastGoodOne()
    {
        using ServiceFolder folder = new();
        string state = Path.Combine(folder.Path, "state");
        Directory.CreateDirectory(state);
        Dictionary<string, string> environment = new() { [LastGoodModel.FolderVariable] = state };
        string copy = Path.Combine(state, LastGoodModel.FileName), leftover = Path.Combine(state, ".barrel-0123456789abcdef.tmp");
        File.WriteAllBytes(leftover, [1, 2, 3]);
        using (HostProcess host = folder.Start(environment))
        {
            folder.WaitForCount("decisions", 3);
            Assert.IsFalse(File.Exists(leftover), "a power cut left it");
            WaitForCopy(copy, File.ReadAllBytes(folder.Model));
            ServiceFolder.Put(folder.Model, SmallRoad.Blob(30, 22));
            host.Signal(ServiceFolder.SignalHangup);
            folder.WaitForCount("reloads", 1);
            WaitForCopy(copy, SmallRoad.Blob(30, 22));
            host.Kill();
        }

        File.WriteAllBytes(folder.Model, []);
        using (HostProcess host = folder.Start(environment))
        {
            JsonElement status = folder.WaitFor("a start", s => s.GetProperty("processId").GetInt32() == host.Id && s.GetProperty("decisions").GetInt64() > 0);
            Assert.AreEqual("28x20", status.GetProperty("mask").GetString());
            ServiceFolder.Put(folder.Model, SmallRoad.Blob(16, 12));
            Assert.AreEqual("14x10", folder.WaitForCount("reloads", 1).GetProperty("mask").GetString());
            host.Signal(ServiceFolder.SignalTerminate);
            (int exitCode, _, string error) = host.Finish();
            Assert.AreEqual(0, exitCode, error);
            Assert.Contains("the last good model runs instead, until another is put in place: BRL3001: ", error);
        }

        File.WriteAllBytes(folder.Model, []);
        File.WriteAllBytes(copy, [1, 2, 3]);
        using HostProcess last = folder.Start(environment);
        Assert.AreEqual(2, last.Finish().ExitCode, "neither is good");
    }

    [TestMethod]
    public void AFolderThatCannotBeWrittenIsToldAndNoMore()
    {
        using StringWriter log = new();
        new LastGoodModel("/no/such/folder").Keep([1], new EventLog(log));
        Assert.Contains("the model is not kept", log.ToString());
        LastGoodModel none = new(null);
        none.Keep([1], new EventLog(log));
        Assert.IsNull(none.Read());
    }

    private static void WaitForCopy(string path, byte[] blob)
    {
        for (int i = 0; i < 1000; i++)
        {
            if (File.Exists(path) && File.ReadAllBytes(path).AsSpan().SequenceEqual(blob))
                return;
            Thread.Sleep(10);
        }

        Assert.Fail($"{path} is not the model that decides");
    }
}
