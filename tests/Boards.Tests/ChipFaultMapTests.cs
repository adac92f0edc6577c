using System.Text;

namespace Barrel.Boards.Tests;

[TestClass]
public class ChipFaultMapTests
{
    private const string Whole =
        """{"board":"tdnn-sram-65nm","serial":1,"segments":512,"segmentPes":64,"faults":[{"segment":3,"pe":17,"kind":"weak","strength":0.3},{"segment":511,"pe":63,"kind":"stuckPlus"}]}""";

    [TestMethod]
    public void WrittenIsReadBack()
    {
        string folder = Directory.CreateTempSubdirectory("fault-map").FullName;
        try
        {
            string path = Path.Combine(folder, "map.json");
            File.WriteAllText(path, "an older one");
            Parse(Whole).Save(path);
            ChipFaultMap read = ChipFaultMap.Load(path);
            Assert.AreEqual(("tdnn-sram-65nm", 1L, 512, 64), (read.Board, read.Serial, read.Segments, read.SegmentPes));
            Assert.HasCount(2, read.Faults);
            Assert.AreEqual((3, 17, ChipFault.Weak, 0.3), (read.Faults[0].Segment, read.Faults[0].Pe, read.Faults[0].Kind, read.Faults[0].Strength));
            Assert.AreEqual((511, 63, ChipFault.StuckPlus, null), (read.Faults[1].Segment, read.Faults[1].Pe, read.Faults[1].Kind, read.Faults[1].Strength));
            Assert.DoesNotContain("null", File.ReadAllText(path));
            Assert.HasCount(1, Directory.GetFileSystemEntries(folder), "no temporary file is left");

            // A map that is wrong leaves the old file.
            ChipFaultMap wrong = new() { Board = "b", Serial = -1, Segments = 1, SegmentPes = 16, Faults = [] };
            Assert.AreEqual(BoardErrors.InvalidFaultMapValue, Assert.ThrowsExactly<BoardException>(() => wrong.Save(path)).Code);
            Assert.HasCount(2, ChipFaultMap.Load(path).Faults);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [TestMethod]
    [DataRow("\"serial\":1", "\"serial\":4294967296", BoardErrors.InvalidFaultMapValue)]
    [DataRow("\"serial\":1", "\"serial\":\"1\"", BoardErrors.InvalidFaultMap)]
    [DataRow("\"serial\":1,", "", BoardErrors.InvalidFaultMap)]
    [DataRow("\"serial\":1", "\"serial\":1,\"serial\":2", BoardErrors.InvalidFaultMap)]
    [DataRow("\"serial\":1", "\"serial\":1,\"date\":2", BoardErrors.InvalidFaultMap)]
    [DataRow("\"board\":\"tdnn-sram-65nm\"", "\"board\":\"../x\"", BoardErrors.InvalidFaultMapValue)]
    [DataRow("\"board\":\"tdnn-sram-65nm\"", "\"board\":null", BoardErrors.InvalidFaultMap)]
    [DataRow("\"segments\":512", "\"segments\":0", BoardErrors.InvalidFaultMapValue)]
    [DataRow("\"segments\":512", "\"segments\":65537", BoardErrors.InvalidFaultMapValue)]
    [DataRow("\"segments\":512", "\"segments\":511", BoardErrors.InvalidFaultMapValue)]
    [DataRow("\"segmentPes\":64", "\"segmentPes\":48", BoardErrors.InvalidFaultMapValue)]
    [DataRow("\"segmentPes\":64", "\"segmentPes\":65", BoardErrors.InvalidFaultMapValue)]
    [DataRow("\"segment\":3", "\"segment\":-1", BoardErrors.InvalidFaultMapValue)]
    [DataRow("\"segment\":3,\"pe\":17", "\"segment\":511,\"pe\":63", BoardErrors.InvalidFaultMapValue)]
    [DataRow("\"pe\":17", "\"pe\":64", BoardErrors.InvalidFaultMapValue)]
    [DataRow("\"pe\":17", "\"pe\":1.5", BoardErrors.InvalidFaultMap)]
    [DataRow("\"kind\":\"weak\"", "\"kind\":\"Weak\"", BoardErrors.InvalidFaultMapValue)]
    [DataRow("\"kind\":\"weak\"", "\"kind\":3", BoardErrors.InvalidFaultMap)]
    [DataRow("\"strength\":0.3", "\"strength\":-1", BoardErrors.InvalidFaultMapValue)]
    [DataRow("\"strength\":0.3", "\"strength\":\"NaN\"", BoardErrors.InvalidFaultMap)]
    [DataRow("\"faults\":[", "\"faults\":[null,", BoardErrors.InvalidFaultMap)]
    [DataRow("\"faults\":[", "\"faults\":[[],", BoardErrors.InvalidFaultMap)]
    [DataRow("}]}", "}]", BoardErrors.InvalidFaultMap)]
    public void WrongValuesAreRefused(string part, string by, int code)
    {
        Assert.Contains(part, Whole);
        BoardException error = Assert.ThrowsExactly<BoardException>(() => Parse(Whole.Replace(part, by, StringComparison.Ordinal)));
        Assert.AreEqual(code, error.Code, error.Message);
        Assert.StartsWith("fault map 'test.json'", error.Message);
        Assert.DoesNotContain("\n", error.Message);
    }

    [TestMethod]
    public void AMapOfAnotherChipIsRefused()
    {
        ChipFaultMap map = Parse(Whole);
        map.CheckFits(Boards.Find("tdnn-sram-65nm"), "test.json");
        foreach (string other in new[] { "tdnn-reram-blueprint", "raspberry-pi-5" })
            Assert.AreEqual(BoardErrors.OtherFaultMap, Assert.ThrowsExactly<BoardException>(() => map.CheckFits(Boards.Find(other), "test.json")).Code);
    }

    [TestMethod]
    public void FilesThatAreNotThereAreErrors()
    {
        Assert.AreEqual(BoardErrors.UnreadableFaultMap, Assert.ThrowsExactly<BoardException>(() => ChipFaultMap.Load("none.json")).Code);
        Assert.AreEqual(BoardErrors.UnwritableFaultMap, Assert.ThrowsExactly<BoardException>(() => Parse(Whole).Save("no-such-folder/map.json")).Code);
    }

    private static ChipFaultMap Parse(string json) => ChipFaultMap.Parse(Encoding.UTF8.GetBytes(json), "test.json");
}
