namespace Barrel.VirtualBoard.Tests;

[TestClass]
public class BoardScriptTests
{
    private static readonly BoardStep[] Steps = [new("served", 9, "/dev/thing"), new("first", 9, null), new("second", 9, null)];

    private const string Console = """
        =board= begin 0 1.50
        =board= ready 0 1.75
        =board= begin 1 2.00
        =board= out 1 4.10
        one

        two

        =board= error 1 4.20
        no line break
        =board= end 1 3 4.25
        =board= begin 2 4.30

        """;

    [TestMethod]
    public void Output_is_read_to_the_byte()
    {
        StepResult[] results = BoardScript.Read(Console, Steps);
        Assert.AreEqual(new StepResult("first", 3, "one\n\ntwo\n", "no line break", 2.25), results[1]);
    }

    [TestMethod]
    public void Steps_that_did_not_end_have_no_code()
    {
        StepResult[] results = BoardScript.Read(Console, Steps);
        Assert.AreEqual(new StepResult("served", null, "", "", 0) { IsReady = true }, results[0]);
        Assert.AreEqual(new StepResult("second", null, "", "", 0), results[2]);
    }

    /// <summary>A board may stop anywhere.</summary>
    [TestMethod]
    public void Consoles_may_end_at_any_place()
    {
        for (int length = 0; length <= Console.Length; length++)
            Assert.HasCount(3, BoardScript.Read(Console[..length], Steps));
    }
}
