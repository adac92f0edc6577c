using Barrel.Compiler.Commands;

namespace Barrel.Compiler.Tests.Commands;

[TestClass]
public class ProgressTests
{
    [TestMethod]
    public void NothingIsShownWhereStderrIsNoTerminal()
    {
        using StringWriter output = new();
        using StringWriter error = new();
        using (Progress progress = new(new Streams(output, error, ShowsProgress: false)))
        using (Progress.Step step = progress.Begin("work"))
        {
            step.Report(1, 2);
            progress.Line("a line");
        }

        Assert.AreEqual("a line", error.ToString().TrimEnd());
        Assert.AreEqual("", output.ToString());
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void StepsAndLinesGoToStderrOfATerminal(bool redrawsAlone)
    {
        using StringWriter output = new();
        using StringWriter error = new();
        using (Progress progress = new(new Streams(output, error, ShowsProgress: true), redrawsAlone))
        {
            // Brackets are markup in Spectre.Console, and names may hold them.
            using Progress.Step step = progress.Begin("work [on] it");
            Parallel.For(0, 100, i => step.Report(i + 1, 100));
            progress.Line("a [line]");
            Thread.Sleep(150);
            step.Report(100, 100);
        }

        Assert.Contains("a [line]", error.ToString());
        Assert.AreEqual("", output.ToString());
    }
}
