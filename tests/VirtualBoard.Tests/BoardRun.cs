namespace Barrel.VirtualBoard.Tests;

/// <summary>What came of a board's steps.</summary>
internal sealed class BoardRun(IReadOnlyList<StepResult> results, IReadOnlyList<BoardStep> steps, string console)
{
    private const int TailLines = 80;

    /// <summary>The end of what the board printed, for messages.</summary>
    public string Tail
    {
        get
        {
            string[] lines = console.Replace("\r", "", StringComparison.Ordinal).Split('\n');
            return "the board's console ended with\n" + string.Join('\n', lines[Math.Max(0, lines.Length - TailLines)..]);
        }
    }

    /// <summary>By the command as it was given; the first of those that are the same.</summary>
    public StepResult this[string command] => results.First(s => s.Command == command);

    /// <summary>Fails the test, and names the step that did not come to its end by itself.</summary>
    public void AssertAllEnded()
    {
        for (int i = 0; i < steps.Count; i++)
        {
            string what = $"'{steps[i].Command}', for which it had {steps[i].SecondsMax} s\n{results[i].Out}\n{results[i].Error}\n{Tail}";
            Assert.IsTrue(steps[i].ReadyFile is null || results[i].IsReady, $"this did not get ready: {what}");
            Assert.IsFalse(results[i].ExitCode is null or BoardScript.KilledCode, $"the board did not get through {what}");
        }
    }

    /// <summary>Fails the test, with the console's end, unless this step ended with 0.</summary>
    public StepResult AssertDone(string command) => AssertEnded(command, 0);

    public StepResult AssertEnded(string command, int exitCode)
    {
        StepResult step = this[command];
        Assert.AreEqual(exitCode, step.ExitCode, $"{command}\n{step.Out}\n{step.Error}\n{Tail}");
        return step;
    }
}
