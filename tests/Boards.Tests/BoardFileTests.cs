using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Barrel.Boards.Tests;

[TestClass]
public class BoardFileTests
{
    private static readonly string[] Expected =
        ["desktop", "esp32", "esp32-s3", "raspberry-pi-4", "raspberry-pi-5", "raspberry-pi-zero-2w", "tdnn-reram-blueprint", "tdnn-sram-65nm"];

    [TestMethod]
    public void EveryBoardLoadsUnderItsName()
    {
        CollectionAssert.AreEqual(Expected, Boards.Names.ToArray());
        foreach (string name in Boards.Names)
            Assert.AreEqual(name, Boards.Find(name).Name);
    }

    [TestMethod]
    public void SchemaAndReaderKnowTheSameKeys()
    {
        using JsonDocument schema = JsonDocument.Parse(Boards.SchemaJson);
        string[] inSchema = [.. schema.RootElement.GetProperty("properties").EnumerateObject().Select(p => p.Name).Order()];
        string[] required = [.. Required(schema)];
        CollectionAssert.AreEqual(
            inSchema, typeof(Board).GetProperties().Select(p => p.Name == "Schema" ? "$schema" : JsonNamingPolicy.CamelCase.ConvertName(p.Name)).Order().ToArray());

        // A null stands for a key that is left out: one that must be there is missed, one that need not be is known at least.
        foreach (string key in inSchema)
        {
            string json = Edited(board => board[key] = null);
            if (!required.Contains(key))
                BoardFile.Parse(Encoding.UTF8.GetBytes(json), "test.json");
            else
                Assert.Contains($"key '{key}' is missing or null", Assert.ThrowsExactly<BoardException>(() => BoardFile.Parse(Encoding.UTF8.GetBytes(json), "test.json")).Message);
        }
    }

    [TestMethod]
    public void PinsAreSafeWhenNothingIsKnown()
    {
        foreach (string name in Boards.Names)
        {
            BoardPins pins = Boards.Find(name).Pins;
            Assert.AreEqual(1, pins.Blocked.SafeLevel, name);
            Assert.AreEqual(0, pins.Clear.SafeLevel + pins.Left.SafeLevel + pins.Right.SafeLevel + pins.Alive.SafeLevel, name);
        }
    }

    [TestMethod]
    public void UnknownBoardNamesTheKnownOnes()
    {
        BoardException error = Assert.ThrowsExactly<BoardException>(() => Boards.Find("raspberry-pi-6"));
        Assert.AreEqual(BoardErrors.UnknownBoard, error.Code);
        foreach (string name in Boards.Names)
            Assert.Contains(name, error.Message);
    }

    [TestMethod]
    public void MissingFileIsAnError() =>
        Assert.AreEqual(BoardErrors.UnreadableFile, Assert.ThrowsExactly<BoardException>(() => Boards.Find("./no-such.json")).Code);

    [TestMethod]
    public void OwnFileLoadsByPath()
    {
        string path = Path.Combine(Path.GetTempPath(), $"board-{Guid.NewGuid():N}.json");
        try
        {
            File.WriteAllText(path, Edited(board => board["name"] = "my-board"));
            Assert.AreEqual("my-board", Boards.Find(path).Name);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [TestMethod]
    [DataRow("clockHz", "0", BoardErrors.InvalidValue)]
    [DataRow("clockHz", "\"240000000L\"", BoardErrors.InvalidFile)]
    [DataRow("family", "\"toaster\"", BoardErrors.InvalidValue)]
    [DataRow("name", "\"Bad Name\"", BoardErrors.InvalidValue)]
    [DataRow("name", "null", BoardErrors.InvalidFile)]
    [DataRow("arenaBytesMax", "99999999999", BoardErrors.InvalidFile)]
    [DataRow("pins", "null", BoardErrors.InvalidFile)]
    [DataRow("clockMHz", "240", BoardErrors.InvalidFile)]
    [DataRow("spi", "{}", BoardErrors.InvalidFile)]
    public void WrongValuesAreRefused(string key, string value, int code)
    {
        string json = Edited(board => board[key] = JsonNode.Parse(value));
        BoardException error = Assert.ThrowsExactly<BoardException>(() => BoardFile.Parse(Encoding.UTF8.GetBytes(json), "test.json"));
        Assert.AreEqual(code, error.Code, error.Message);
        Assert.DoesNotContain("\n", error.Message);
    }

    [TestMethod]
    public void TwoPinsWithOneNumberAreRefused()
    {
        string json = Edited(board => board["pins"]!["left"]!["number"] = (int)board["pins"]!["clear"]!["number"]!);
        BoardException error = Assert.ThrowsExactly<BoardException>(() => BoardFile.Parse(Encoding.UTF8.GetBytes(json), "test.json"));
        Assert.AreEqual(BoardErrors.InvalidValue, error.Code);
    }

    [TestMethod]
    public void EveryKeyIsNeeded()
    {
        using JsonDocument schema = JsonDocument.Parse(Boards.SchemaJson);
        foreach (string key in Required(schema))
        {
            string json = Edited(board => board.Remove(key));
            Assert.ThrowsExactly<BoardException>(() => BoardFile.Parse(Encoding.UTF8.GetBytes(json), "test.json"), key);
        }
    }

    private static IEnumerable<string> Required(JsonDocument schema) => schema.RootElement.GetProperty("required").EnumerateArray().Select(e => e.GetString()!);

    // A valid board with one thing changed.
    private static string Edited(Action<JsonObject> change)
    {
        JsonObject board = JsonNode.Parse(typeof(Boards).Assembly.GetManifestResourceStream("esp32.json")!)!.AsObject();
        change(board);
        return board.ToJsonString();
    }
}
