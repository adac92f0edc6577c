using System.Diagnostics;
using Barrel.Host.Service;

namespace Barrel.Host.Tests.Service;

/// <summary>Lines for people and for the journal.</summary>
[TestClass]
public class EventLogTests
{
    [TestMethod]
    public void JournalLinesBeginWithTheirLevelAndAreOneLine()
    {
        using StringWriter writer = new();
        EventLog log = new(writer, isJournal: true);
        log.Info("a");
        log.Warning("b\nc");
        log.Error("d");
        log.Failure(7, "e");
        Assert.AreEqual("<6>barrel-host: a\n<4>barrel-host: b c\n<3>barrel-host: d\n<3>error BRL0007: e\n", writer.ToString().ReplaceLineEndings("\n"));
    }

    [TestMethod]
    public void WhatFailsAllTheTimeDoesNotFlood()
    {
        using StringWriter writer = new();
        EventLog log = new(writer);
        RateLimit limit = new(5, 2);
        for (int i = 0; i < 1000; i++)
            log.Error("again", limit);
        Assert.HasCount(5, writer.ToString().Trim().Split('\n'));
        Thread.Sleep(2100);
        log.Error("again", limit);
        Assert.EndsWith("again (995 more such lines were left out)", writer.ToString().Trim());
    }

    [TestMethod]
    public void ALogThatCannotBeWrittenStopsNothing()
    {
        // Not closed: it would write again what it could not write.
        StreamWriter writer = new(new FileStream("/dev/full", FileMode.Open, FileAccess.Write)) { AutoFlush = true };
        new EventLog(writer).Error("lost");
        StringWriter closed = new();
        closed.Dispose();
        new EventLog(closed).Error("lost");
    }

    [TestMethod]
    [DataRow("9:123", "socket:[123]", true)]
    [DataRow("9:123", "socket:[1234]", false)]
    [DataRow("9:23", "socket:[123]", false)]
    [DataRow("9:123", "/dev/pts/1", false)]
    [DataRow("", "socket:[123]", false)]
    [DataRow("9:123", null, false)]
    public void TheJournalIsKnownByItsInode(string stream, string? link, bool isSame) => Assert.AreEqual(isSame, JournalStream.IsSame(stream, link));

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public void AProcessFindsTheJournalBehindItsStandardError()
    {
        // A shell that knows the pipe's inode stands for systemd.
        foreach ((string stream, string start) in new[] { ("0:$(stat -Lc %i /proc/self/fd/2)", "<3>error BRL4064: "), ("0:1", "error BRL4064: ") })
        {
            string program = Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet"
                ? $"'{Environment.ProcessPath}' '{typeof(EventLogTests).Assembly.Location}'" : $"'{Environment.ProcessPath}'";
            ProcessStartInfo shell = new("sh", ["-c", $"JOURNAL_STREAM={stream} exec {program} {TestProgram.HostSwitch} status --socket /no/such/socket"])
            {
                RedirectStandardError = true,
            };
            using Process process = Process.Start(shell)!;
            string error = process.StandardError.ReadToEnd();
            process.WaitForExit();
            Assert.StartsWith(start, error);
        }
    }
}
