using System.Text.RegularExpressions;

namespace Barrel.Tests;

/// <summary>
/// The codes in the sources are those of <c>runtime/ErrorCodes.md</c>. A code is a constant whose class is named …Errors or whose own
/// name ends in Error; so a new class of errors is found without a change here.
/// </summary>
[TestClass]
public partial class ErrorCodeTests
{
    private const string Table = "runtime/ErrorCodes.md";

    /// <summary>Thousands: import, quantize and place, blob, board and host, chip.</summary>
    private static readonly Dictionary<string, string[]> RangesByFolder = new()
    {
        ["model-compiler/"] = ["1", "2"],
        ["runtime/"] = ["3", "4", "5"],
        ["firmware-host/"] = ["4", "5"],
        ["boards/"] = ["4"],
    };

    private static readonly string[] Sources =
        [.. Repository.Files.Where(f => f.EndsWith(".cs", StringComparison.Ordinal) && !f.StartsWith("tests/", StringComparison.Ordinal))];

    [TestMethod]
    public void Each_code_of_the_sources_is_in_the_table_once_and_no_other()
    {
        List<string> listed = [.. TableRow().Matches(Repository.Read(Table)).Select(m => m.Groups["code"].Value)];
        Assert.HasCount(0, listed.GroupBy(c => c).Where(g => g.Count() > 1).Select(g => g.Key).ToArray(), "listed twice");
        string[] defined = [.. Codes().Select(c => c.Code)];
        Assert.IsGreaterThan(20, defined.Length);
        Assert.AreEqual("", string.Join(' ', defined.Except(listed)), $"in the sources, not in {Table}");
        Assert.AreEqual("", string.Join(' ', listed.Except(defined)), $"in {Table}, not in the sources");
        CollectionAssert.AreEqual(listed.Order().ToArray(), listed, $"{Table} is in the order of the codes");
    }

    [TestMethod]
    public void Rows_say_what_it_means_and_what_to_do()
    {
        string[] rows = [.. Repository.Read(Table).Split('\n').Where(l => l.StartsWith("| BRL", StringComparison.Ordinal))];
        foreach (string row in rows)
            Assert.IsTrue(TableRow().IsMatch(row), $"a row is | BRLnnnn | meaning | what to do |: {row}");
    }

    [TestMethod]
    public void No_two_constants_share_a_code()
    {
        foreach (IGrouping<string, SourceCode> same in Codes().GroupBy(c => c.Code))
            Assert.HasCount(1, same.ToArray(), $"BRL{same.Key}: {string.Join(", ", same.Select(c => $"{c.File} {c.Name}"))}");
    }

    [TestMethod]
    public void Codes_lie_in_the_range_of_their_folder()
    {
        foreach (SourceCode code in Codes())
        {
            string[] ranges = RangesByFolder.First(r => code.File.StartsWith(r.Key, StringComparison.Ordinal)).Value;
            Assert.Contains(code.Code[..1], ranges, $"{code.File} {code.Name} = {code.Code}");
        }
    }

    [TestMethod]
    public void Codes_that_comments_name_exist()
    {
        string[] defined = [.. Codes().Select(c => c.Code)];
        foreach (string file in Sources)
            foreach (Match mention in Mention().Matches(Repository.Read(file)))
                Assert.Contains(mention.Groups["code"].Value, defined, $"{file} speaks of {mention.Value}");
    }

    [TestMethod]
    public void Exceptions_take_named_codes()
    {
        foreach (string file in Sources)
            Assert.IsFalse(NamelessCode().IsMatch(Repository.Read(file)), $"{file} throws a number; give it a name in a class of errors");
    }

    private sealed record SourceCode(string File, string Name, string Code);

    private static IEnumerable<SourceCode> Codes()
    {
        foreach (string file in Sources)
        {
            string text = Repository.Read(file);
            (int Index, string Name)[] classes = [.. ClassName().Matches(text).Select(m => (m.Index, m.Groups["name"].Value))];
            foreach (Match constant in Constant().Matches(text))
            {
                string name = constant.Groups["name"].Value;
                string within = classes.LastOrDefault(c => c.Index < constant.Index).Name ?? "";
                if (within.EndsWith("Errors", StringComparison.Ordinal) || name.EndsWith("Error", StringComparison.Ordinal))
                    yield return new SourceCode(file, $"{within}.{name}", constant.Groups["code"].Value);
            }
        }
    }

    [GeneratedRegex(@"const int (?<name>\w+) = (?<code>[1-9]\d{3});")]
    private static partial Regex Constant();

    // Not in a comment.
    [GeneratedRegex(@"^(?!\s*//).*?\b(class|struct|record|interface) (?<name>\w+)", RegexOptions.Multiline)]
    private static partial Regex ClassName();

    // "BRL4001 to BRL4019" names a range, as BRL11xx does.
    [GeneratedRegex(@"(?<! to )BRL(?<code>\d{4})\b(?! to BRL)")]
    private static partial Regex Mention();

    [GeneratedRegex(@"new \w*Exception\(\s*[1-9]\d{3}\b")]
    private static partial Regex NamelessCode();

    [GeneratedRegex(@"^\| BRL(?<code>\d{4}) \| [^|\s][^|]+ \| [^|\s][^|]+ \|$", RegexOptions.Multiline)]
    private static partial Regex TableRow();
}
