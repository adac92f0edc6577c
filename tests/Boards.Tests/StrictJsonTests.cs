using System.Text;

namespace Barrel.Boards.Tests;

[TestClass]
public class StrictJsonTests
{
    private sealed record Part(int Number, double? Share);

    private sealed record Whole(string Name, long Count, bool? IsOn, Part? Part, Part[] Parts);

    [TestMethod]
    public void WhatIsThereIsRead()
    {
        Whole whole = Read("""{"name": "\u00e9", "count": -9000000000, "isOn": true, "part": {"number": 2, "share": 1e-3}, "parts": [{"number": 3}, {"number": 4, "share": null}]}""")!;
        Assert.AreEqual(("\u00e9", -9_000_000_000, true, new Part(2, 1e-3)), (whole.Name, whole.Count, whole.IsOn, whole.Part));
        CollectionAssert.AreEqual(new Part[] { new(3, null), new(4, null) }, whole.Parts);
        whole = Read("""{"name": "", "count": 0, "isOn": null, "parts": []}""")!;
        Assert.AreEqual((null, null), (whole.IsOn, whole.Part));
        Assert.IsNull(Read("null"));
    }

    [TestMethod]
    [DataRow(StrictJsonFault.Syntax, 1, "", "")]
    [DataRow(StrictJsonFault.Syntax, 2, "", "{\n  name: 1}")]
    [DataRow(StrictJsonFault.Syntax, 1, "", """{"name": "a", "count": 1, "parts": []} {}""")]
    [DataRow(StrictJsonFault.Syntax, 1, "", """{"name": "a", "count": 1, "parts": [],}""")]
    [DataRow(StrictJsonFault.Syntax, 1, "", """{"name": "\ud800", "count": 1, "parts": []}""")]
    [DataRow(StrictJsonFault.NotAnObject, 2, "", "\n[]")]
    [DataRow(StrictJsonFault.KeyMissing, 1, "name", """{"count": 1, "parts": []}""")]
    [DataRow(StrictJsonFault.KeyMissing, 3, "parts[1].number", "{\"name\": \"a\", \"count\": 1, \"parts\": [\n{\"number\": 1},\n{\"share\": 1}]}")]
    [DataRow(StrictJsonFault.KeyTwice, 2, "name", "{\"name\": \"a\", \"count\": 1, \"parts\": [],\n\"name\": \"a\"}")]
    [DataRow(StrictJsonFault.UnknownKey, 2, "part.size", "{\"name\": \"a\", \"count\": 1, \"parts\": [], \"part\": {\n\"size\": 1, \"number\": 1}}")]
    [DataRow(StrictJsonFault.UnknownKey, 1, "Name", """{"name": "a", "Name": "a", "count": 1, "parts": []}""")]
    [DataRow(StrictJsonFault.WrongValue, 1, "name", """{"name": 1, "count": 1, "parts": []}""")]
    [DataRow(StrictJsonFault.WrongValue, 1, "count", """{"name": "a", "count": 1.5, "parts": []}""")]
    [DataRow(StrictJsonFault.WrongValue, 1, "count", """{"name": "a", "count": "1", "parts": []}""")]
    [DataRow(StrictJsonFault.WrongValue, 1, "count", """{"name": "a", "count": 9999999999999999999, "parts": []}""")]
    [DataRow(StrictJsonFault.WrongValue, 1, "isOn", """{"name": "a", "count": 1, "isOn": 1, "parts": []}""")]
    [DataRow(StrictJsonFault.WrongValue, 1, "parts", """{"name": "a", "count": 1, "parts": {}}""")]
    [DataRow(StrictJsonFault.WrongValue, 1, "parts[0]", """{"name": "a", "count": 1, "parts": [null]}""")]
    [DataRow(StrictJsonFault.WrongValue, 1, "part", """{"name": "a", "count": 1, "part": [], "parts": []}""")]
    [DataRow(StrictJsonFault.WrongValue, 1, "part.number", """{"name": "a", "count": 1, "part": {"number": 2147483648}, "parts": []}""")]
    [DataRow(StrictJsonFault.WrongValue, 1, "part.share", """{"name": "a", "count": 1, "part": {"number": 1, "share": "NaN"}, "parts": []}""")]
    public void WhatIsWrongIsNamedWithItsLine(StrictJsonFault fault, int line, string key, string json)
    {
        foreach (string before in new[] { "", "\uFEFF" })
        {
            StrictJsonException e = Assert.ThrowsExactly<StrictJsonException>(() => Read(before + json));
            Assert.AreEqual((fault, line, key), (e.Fault, e.Line, e.Key), e.Message);
            Assert.DoesNotContain("\n", e.Message);
        }
    }

    [TestMethod]
    public void CommentsAreReadWhereTheyMayBe()
    {
        const string json = "{ // a name\n \"name\": \"a\", /* and a count */ \"count\": 1, \"parts\": [], }";
        Assert.AreEqual("a", Read(json, isLenient: true)!.Name);
        Assert.ThrowsExactly<StrictJsonException>(() => Read(json));
    }

    private static Whole? Read(string json, bool isLenient = false) => StrictJson.Read(
        Encoding.UTF8.GetBytes(json),
        whole => new Whole(whole.Text("name"), whole.Long("count"), whole.BoolOrNull("isOn"), whole.ObjectOrNull("part", ReadPart), whole.Objects("parts", ReadPart)),
        isLenient);

    private static Part ReadPart(StrictJson json) => new(json.Int("number"), json.DoubleOrNull("share"));
}
