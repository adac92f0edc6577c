using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Barrel.Tests;

/// <summary>Where files may lie, what they may be called, and who may know whom.</summary>
[TestClass]
public partial class TreeTests
{
    private const string ReadMe = "README.md";

    private static readonly string[] TopLevel =
    [
        ".ci", ".editorconfig", ".gitignore", "Barrel.slnx", "Directory.Build.props", "Directory.Packages.props", "LICENSE", ReadMe,
        "boards", "firmware-host", "global.json", "model-compiler", "nuget.config", "runtime", "tests",
    ];

    /// <summary>Folder → folders that its projects may reference. Tests may reference all.</summary>
    private static readonly Dictionary<string, string[]> MayReference = new()
    {
        ["runtime"] = ["runtime"],
        ["boards"] = ["boards"],
        ["model-compiler"] = ["runtime", "boards", "model-compiler"],
        ["firmware-host"] = ["runtime", "boards", "firmware-host"],
        ["tests"] = ["runtime", "boards", "model-compiler", "firmware-host", "tests"],
    };

    /// <summary>Folders whose .NET projects take nothing but the base class library.</summary>
    private static readonly string[] WithoutPackages = ["runtime", "boards"];

    private static readonly string[] Projects = [.. Repository.Files.Where(f => f.EndsWith(".csproj", StringComparison.Ordinal))];

    private static readonly string[] TextEndings =
        [".cs", ".csproj", ".json", ".md", ".props", ".proto", ".sh", ".slnx", ".targets", ".xml", ".yml", ".service", ".config", "run", ".editorconfig"];

    [TestMethod]
    public void Nothing_else_lies_at_the_top() =>
        Assert.AreEqual("", string.Join(' ', Repository.TopLevel().Except(TopLevel)));

    [TestMethod]
    public void All_of_it_lies_at_the_top()
    {
        string[] missing = [.. TopLevel.Except(Repository.TopLevel())];
        Assert.AreEqual("", string.Join(' ', missing));
    }

    [TestMethod]
    public void No_file_has_a_name_that_says_nothing()
    {
        foreach (string file in Repository.Files)
            Assert.IsFalse(EmptyName().IsMatch(Path.GetFileName(file)), $"{file}: name it after what it holds");
    }

    [TestMethod]
    public void Every_project_is_in_the_solution()
    {
        string[] listed = [.. XDocument.Load(Repository.FullPath("Barrel.slnx")).Descendants("Project").Select(p => p.Attribute("Path")!.Value)];
        CollectionAssert.AreEquivalent(Projects, listed);
    }

    [TestMethod]
    public void Projects_know_only_whom_they_may()
    {
        foreach (string project in Projects)
        {
            string[] allowed = MayReference[project.Split('/')[0]];
            foreach (string reference in Includes(project, "ProjectReference"))
            {
                string path = Path.GetFullPath(Repository.FullPath(Path.Combine(Path.GetDirectoryName(project)!, reference)));
                string folder = Path.GetRelativePath(Repository.Root, path).Replace('\\', '/').Split('/')[0];
                Assert.Contains(folder, allowed, $"{project} references {reference}");
            }
        }
    }

    [TestMethod]
    public void Runtime_and_boards_need_no_packages()
    {
        foreach (string project in Projects.Where(p => WithoutPackages.Contains(p.Split('/')[0])))
            Assert.AreEqual("", string.Join(' ', Includes(project, "PackageReference").Concat(Includes(project, "Reference"))), project);
    }

    [TestMethod]
    public void Versions_of_packages_stand_in_one_place()
    {
        foreach (string project in Projects)
            Assert.IsFalse(
                XDocument.Load(Repository.FullPath(project)).Descendants("PackageReference").Any(p => p.Attribute("Version") is not null || p.Attribute("VersionOverride") is not null),
                $"{project}: versions belong in Directory.Packages.props");
    }

    [TestMethod]
    public void Nothing_names_a_place_on_one_machine()
    {
        foreach (string file in Repository.Files.Where(f => TextEndings.Any(e => f.EndsWith(e, StringComparison.Ordinal))))
            foreach (Match place in MachinePath().Matches(Repository.Read(file)))
                Assert.Fail($"{file} names {place.Value}");
    }

    [TestMethod]
    public void Only_tests_and_documents_speak_of_the_data_beside_the_checkout()
    {
        foreach (string file in Repository.Files.Where(f => TextEndings.Any(e => f.EndsWith(e, StringComparison.Ordinal))))
            if (!file.StartsWith("tests/", StringComparison.Ordinal) && !file.EndsWith(".md", StringComparison.Ordinal))
                Assert.DoesNotContain("../shared", Repository.Read(file), file);
    }

    /// <summary>A board's clock jumps when it finds the network; durations come from the stopwatch.</summary>
    [TestMethod]
    public void Nothing_on_the_board_reads_the_wall_clock()
    {
        foreach (string file in Repository.Files.Where(f => f.StartsWith("firmware-host/", StringComparison.Ordinal) && f.EndsWith(".cs", StringComparison.Ordinal)))
            Assert.DoesNotMatchRegex(WallClock(), Repository.Read(file), file);
    }

    /// <summary>A seed given to CsCheck fixes the first sample alone: tests that are to run the same cases each time go through the one place that knows.</summary>
    [TestMethod]
    public void Property_tests_run_the_same_cases_each_time()
    {
        const string way = "tests/Compiler.Tests/FixedSamples.cs";
        Assert.Contains(".Sample(", Repository.Read(way));
        foreach (string file in Repository.Files.Where(f => f.EndsWith(".cs", StringComparison.Ordinal) && f != way && f.StartsWith("tests/", StringComparison.Ordinal)))
            if (("\n" + Repository.Read(file)).Contains("\nusing CsCheck;", StringComparison.Ordinal))
                Assert.DoesNotMatchRegex(CsCheckSample(), Repository.Read(file), $"{file}: Each of {way} would be right");
    }

    private static IEnumerable<string> Includes(string project, string item) =>
        XDocument.Load(Repository.FullPath(project)).Descendants(item)
            .SelectMany(r => (r.Attribute("Include")?.Value ?? "").Replace('\\', '/').Split(';', StringSplitOptions.RemoveEmptyEntries));

    [GeneratedRegex(@"^(\w*Helpers?|\w*Utils?|\w*Utilities|\w*Manager|UnitTest\d*|Class\d+|Common)\.\w+$", RegexOptions.IgnoreCase)]
    private static partial Regex EmptyName();

    [GeneratedRegex(@"\bDateTime(Offset)?\.(Utc)?(Now|Today)\b|\bTimeProvider\b|\bGetLocalNow\b")]
    private static partial Regex WallClock();

    [GeneratedRegex(@"\.Sample(Async|Faster|ModelBased|Parallel)?\(")]
    private static partial Regex CsCheckSample();

    // A home or work folder; not a part of a longer path or of an address.
    [GeneratedRegex(@"(?<![\w.:/~-])/(home|Users|root|work)/[\w.-]+|\b[A-Z]:\\\\?(Users|Projects)\b")]
    private static partial Regex MachinePath();
}
