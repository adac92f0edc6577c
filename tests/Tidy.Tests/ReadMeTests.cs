using System.Text.RegularExpressions;

namespace Barrel.Tests;

/// <summary>
/// Runs what the README tells users to type. A block of commands is a sample when the line <c>&lt;!-- sample --&gt;</c> stands right above
/// its <c>```sh</c>; each of its commands is then <c>dotnet run …</c> and must end with exit code 0. All samples share one empty folder,
/// so a later one finds what an earlier one wrote.
/// </summary>
[TestClass]
public partial class ReadMeTests
{
    private const string ReadMe = "README.md";
    private const int SecondsMax = 600;

    /// <summary>Names that stand for a user's own files → files of the repository (or, from "../", beside it) to run with.</summary>
    private static readonly Dictionary<string, string> StandIns = new();

    [TestMethod]
    public void Samples_run()
    {
        string[] commands = [.. Commands(Repository.Read(ReadMe))];
        Assert.IsGreaterThan(0, commands.Length, "README.md has no sample: write <!-- sample --> above a ```sh block that must run");
        List<string> skipped = [];
        string folder = Directory.CreateTempSubdirectory("barrel-readme-").FullName;
        try
        {
            foreach (string command in commands)
                if (Arguments(command) is string[] arguments)
                    ChildProcess.Run("dotnet", arguments, folder, SecondsMax).AssertDone($"README.md: {command}");
                else
                    skipped.Add(command);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        if (skipped.Count > 0)
            Assert.Inconclusive($"needs data that lies beside the checkout: {string.Join("; ", skipped)}");
    }

    [TestMethod]
    public void Samples_are_found_and_put_together()
    {
        const string text = """
            <!-- sample -->
            ```sh
            # A remark.
            dotnet run -c Release --project firmware-host -- demo \
              --frames 3   # and why
            dotnet run --project model-compiler -- boards
            ```

            ```sh
            git clone somewhere
            ```
            """;
        string[] commands = [.. Commands(text.Replace("\r", "", StringComparison.Ordinal))];
        CollectionAssert.AreEqual(
            new[] { "dotnet run -c Release --project firmware-host -- demo --frames 3", "dotnet run --project model-compiler -- boards" }, commands);
        string[] expected =
            ["run", "--no-build", "-c", Repository.Configuration, "--project", Repository.FullPath("firmware-host"), "--", "demo", "--frames", "3"];
        CollectionAssert.AreEqual(expected, Arguments(commands[0]));
        CollectionAssert.AreEqual(expected[..5], Arguments(commands[1])![..5]);
        Assert.IsNull(Arguments("dotnet run --project model-compiler -- inspect ../nowhere/at.all"));
    }

    private static IEnumerable<string> Commands(string text)
    {
        foreach (Match block in SampleBlock().Matches(text))
            foreach (string line in block.Groups["body"].Value.Replace("\\\n", " ", StringComparison.Ordinal).Split('\n'))
            {
                string command = Spaces().Replace(Remark().Replace(line, ""), " ").Trim();
                if (command.Length > 0)
                    yield return command;
            }
    }

    /// <summary>
    /// What dotnet gets: files of the checkout with their full paths, and the configuration that is built already. Null where the command
    /// reads what is not there beside the checkout.
    /// </summary>
    private static string[]? Arguments(string command)
    {
        string[] words = command.Split(' ');
        if (words is not ["dotnet", "run", ..])
            Assert.Fail($"README.md: a sample holds only 'dotnet run' commands, and this is another: {command}");
        List<string> arguments = ["run", "--no-build", "-c", Repository.Configuration];
        int first = 2;
        if (words.Length > 4 && words[2] is "-c" or "--configuration")
            first = 4;
        foreach (string word in words[first..])
        {
            string name = StandIns.GetValueOrDefault(word, word);
            string path = Path.GetFullPath(Repository.FullPath(name));
            bool exists = File.Exists(path) || Directory.Exists(path);
            if (name.StartsWith("../", StringComparison.Ordinal) && !exists)
                return null;
            arguments.Add(exists && name.Any(char.IsLetter) && !name.StartsWith('-') ? path : name);
        }

        return [.. arguments];
    }

    [GeneratedRegex(@"^<!-- sample -->\n+```sh\n(?<body>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex SampleBlock();

    [GeneratedRegex(@"(^|\s)#.*$")]
    private static partial Regex Remark();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
