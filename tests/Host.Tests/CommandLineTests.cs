using Barrel.Host.CommandLine;
using Barrel.Host.Commands;

namespace Barrel.Host.Tests;

/// <summary>How words become options, and what is said of those that do not.</summary>
[TestClass]
public class CommandLineTests
{
    private readonly Option<string> _name = new("--name", "-n") { Description = "a name", Required = true };
    private readonly Option<int> _count = new("--count") { Description = "how many", DefaultValue = () => 7 };
    private readonly Option<long?> _limit = new("--limit");
    private readonly Option<double> _share = new("--share");
    private readonly Option<bool> _json = new("--json") { Description = "print one JSON object" };
    private readonly Option<bool?> _loop = new("--loop");

    [TestMethod]
    [DataRow("work --name a", "a", 7, null, 0.0, false, null)]
    [DataRow("--do -n a --count -2 --limit 9000000000 --share 1e-3 --json --loop", "a", -2, 9_000_000_000L, 0.001, true, true)]
    [DataRow("work --name=a=b --count:3 --json false --loop=true", "a=b", 3, null, 0.0, false, true)]
    [DataRow("work --loop --name --count --json", "--count", 7, null, 0.0, true, true)]
    public void WordsBecomeValues(string line, string name, int count, long? limit, double share, bool json, bool? loop)
    {
        ParseResult result = Parse(line);
        Assert.IsNull(result.Error);
        Assert.AreEqual("work", result.Command.Name);
        Assert.AreEqual(
            (name, count, limit, share, json, loop),
            (result.GetRequiredValue(_name), result.GetValue(_count), result.GetValue(_limit), result.GetValue(_share), result.GetValue(_json), result.GetValue(_loop)));
    }

    [TestMethod]
    [DataRow("", "Required command was not provided")]
    [DataRow("wok", "Required command was not provided")]
    [DataRow("--json", "Required command was not provided")]
    [DataRow("work", "Option '--name' is required")]
    [DataRow("work --nam a", "Unrecognized command or argument '--nam'")]
    [DataRow("work --name a b", "Unrecognized command or argument 'b'")]
    [DataRow("work --json maybe --name a", "Unrecognized command or argument 'maybe'")]
    [DataRow("work --name", "Required argument missing for option: '--name'")]
    [DataRow("work --name=", "Required argument missing for option: '--name'")]
    [DataRow("work --name a -n b", "Option '--name' expects a single argument but 2 were provided")]
    [DataRow("work --name a --count many", "Cannot parse argument 'many' for option '--count' as expected type 'System.Int32'.")]
    [DataRow("work --name a --limit 1.5", "Cannot parse argument '1.5' for option '--limit' as expected type 'System.Int64'.")]
    [DataRow("work --name a --share much", "Cannot parse argument 'much' for option '--share' as expected type 'System.Double'.")]
    [DataRow("work --name a --loop=often", "Cannot parse argument 'often' for option '--loop' as expected type 'System.Boolean'.")]
    public void WhatIsWrongIsSaid(string line, string error) => Assert.AreEqual(error, Parse(line).Error);

    [TestMethod]
    [DataRow("--help work")]
    [DataRow("work --count 1 -h")]
    [DataRow("work -? x")]
    public void HelpIsGivenWhateverElseIsWrong(string line)
    {
        ParseResult result = Parse(line);
        Assert.IsTrue(result.IsHelpAsked);
        Assert.AreEqual("work", result.Command.Name);
    }

    [TestMethod]
    public void HelpHasTwoColumns()
    {
        Assert.AreEqual(
            """
            Description:
              does what is asked of it

            Usage:
              program work [options]

            Options:
              -n, --name <name> (REQUIRED)  a name
              --count <count>               how many [default: 7]
              --limit <limit>               
              --share <share>               
              --json                        print one JSON object
              --loop                        
              -?, -h, --help                Show help and usage information


            """.ReplaceLineEndings(),
            Help("work", int.MaxValue));
        Assert.AreEqual(
            """
            Description:
              a program

            Usage:
              program [command] [options]

            Options:
              -?, -h, --help  Show help and usage
                              information
              --version       Show version
                              information

            Commands:
              work  does what is asked of it


            """.ReplaceLineEndings(),
            Help("", 34));
    }

    [TestMethod]
    public void TheProgramHasHelpForEachCommand()
    {
        foreach (string line in (string[])["", "demo", "run", "status", "chip", "chip probe", "chip load", "chip test", "chip sweep", "chip diagnose", "chip emulate"])
        {
            using StringWriter output = new(), error = new();
            Assert.AreEqual(0, Program.Run([.. Words(line), "--help"], new CommandContext { Output = output, Error = error, CreateExecutor = ModelFile.Load }));
            Assert.Contains($"  barrel-host{(line.Length > 0 ? " " : "")}{line} ", output.ToString());
            Assert.AreEqual("", error.ToString());
        }
    }

    private static string[] Words(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private string Help(string line, int width)
    {
        using StringWriter output = new();
        CommandHelp.Write(output, "program", Parse(line).Way, width);
        return output.ToString();
    }

    private ParseResult Parse(string line)
    {
        Command work = new("work", "does what is asked of it") { _name, _count, _limit, _share, _json, _loop };
        work.Alias = "--do";
        work.SetAction(_ => 0);
        Command hidden = new("secret", "not told");
        hidden.IsHidden = true;
        hidden.SetAction(_ => 0);
        return ParseResult.Parse(new Command("", "a program") { work, hidden }, Words(line));
    }
}
