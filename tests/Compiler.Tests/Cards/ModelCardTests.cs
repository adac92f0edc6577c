using System.Text;
using Barrel.Compiler.Cards;
using Barrel.Compiler.Tests.Data;
using Barrel.Runtime;

namespace Barrel.Compiler.Tests.Cards;

[TestClass]
public class ModelCardTests
{
    [TestMethod]
    public void ReadsEveryKey()
    {
        ModelCard card = Parse("""
            {"$schema": "any", "task": "segmentation", "classes": ["sky", "road"], "road": "road", "ignoreLabel": 255, "threshold": 0.25,
             "input": {"channels": "BGR", "subtract": [1, 2, 3], "multiply": 0.5, "resize": "crop", "binarize": true, "padTo": 9, "padValue": -1}}
            """);
        Assert.AreEqual(Model.TaskSegmentation, card.Task);
        CollectionAssert.AreEqual(new[] { "sky", "road" }, card.Classes);
        Assert.AreEqual(1, card.RoadClass);
        Assert.AreEqual(255, card.IgnoreLabel);
        Assert.AreEqual(0.25f, card.Threshold);
        Assert.AreEqual(InputFormat.ChannelsBgr, card.Input.ChannelOrder);
        CollectionAssert.AreEqual(new double[] { 1, 2, 3 }, card.Input.Subtract);
        CollectionAssert.AreEqual(new[] { 0.5 }, card.Input.Multiply);
        Assert.AreEqual(InputFormat.ResizeCrop, card.Input.Resize);
        Assert.IsTrue(card.Input.Binarize);
        Assert.AreEqual(9, card.Input.PadTo);
        Assert.AreEqual(-1, card.Input.PadValue);
    }

    [TestMethod]
    public void EmptyCardHasDefaults()
    {
        ModelCard card = Parse("{}");
        Assert.AreEqual(Model.TaskNone, card.Task);
        Assert.AreEqual(-1, card.RoadClass);
        Assert.AreEqual(-1, card.IgnoreLabel);
        Assert.IsNull(card.Threshold);
        Assert.IsNull(card.Input.ChannelOrder);
        Assert.AreEqual(InputFormat.ResizeStretch, card.Input.Resize);
    }

    [TestMethod]
    [DataRow("nonsense", CardErrors.NotJson, "not a JSON")]
    [DataRow("[1]", CardErrors.NotJson, "array")]
    [DataRow("""{"task": "none", "task": "none"}""", CardErrors.NotJson, "task")]
    [DataRow("""{"ignorelabel": 1}""", CardErrors.UnknownKey, "ignorelabel")]
    [DataRow("""{"input": {"mean": [1]}}""", CardErrors.UnknownKey, "input.mean")]
    [DataRow("""{"task": "painting"}""", CardErrors.BadValue, "task")]
    [DataRow("""{"input": 3}""", CardErrors.BadValue, "input")]
    [DataRow("""{"input": {"channels": "rgb"}}""", CardErrors.BadValue, "input.channels")]
    [DataRow("""{"input": {"resize": 1}}""", CardErrors.BadValue, "input.resize")]
    [DataRow("""{"input": {"binarize": "yes"}}""", CardErrors.BadValue, "input.binarize")]
    [DataRow("""{"input": {"subtract": [0, "x", 0]}}""", CardErrors.BadValue, "input.subtract[1]")]
    [DataRow("""{"input": {"multiply": [1, 1, 1e99]}}""", CardErrors.BadValue, "input.multiply[2]")]
    [DataRow("""{"input": {"padTo": 0}}""", CardErrors.BadValue, "input.padTo")]
    [DataRow("""{"classes": ["a", 7]}""", CardErrors.BadValue, "classes[1]")]
    [DataRow("""{"classes": "a"}""", CardErrors.BadValue, "classes")]
    [DataRow("""{"ignoreLabel": 256}""", CardErrors.BadValue, "ignoreLabel")]
    [DataRow("""{"ignoreLabel": 1.5}""", CardErrors.BadValue, "ignoreLabel")]
    [DataRow("""{"road": 3}""", CardErrors.BadValue, "road")]
    [DataRow("""{"input": {"subtract": [1, 2]}}""", CardErrors.Contradiction, "input.subtract")]
    [DataRow("""{"input": {"channels": "GRAY", "multiply": [1, 2, 3]}}""", CardErrors.Contradiction, "input.multiply")]
    [DataRow("""{"input": {"multiply": [1, 0, 1]}}""", CardErrors.Contradiction, "input.multiply")]
    [DataRow("""{"input": {"multiply": -1, "binarize": true}}""", CardErrors.Contradiction, "input.multiply")]
    [DataRow("""{"input": {"padValue": 1}}""", CardErrors.Contradiction, "input.padValue")]
    [DataRow("""{"classes": ["a", "a"]}""", CardErrors.Contradiction, "classes[1]")]
    [DataRow("""{"classes": ["a"], "road": "b"}""", CardErrors.Contradiction, "road")]
    [DataRow("""{"task": "classification", "threshold": 1}""", CardErrors.Contradiction, "threshold")]
    public void RefusesWithFileAndKey(string json, int code, string key) =>
        Expect.Error(code, () => Parse(json), "some.card.json", key);

    [TestMethod]
    public void CardIsFoundBesideTheModel()
    {
        using var folder = new TemporaryFolder();
        folder.Text("net.card.json", """{"task": "detection"}""");
        folder.Text("other.json", """{"task": "classification"}""");
        Assert.AreEqual(Model.TaskDetection, ModelCard.For(folder["net.onnx"], null).Task);
        Assert.AreEqual(Model.TaskClassification, ModelCard.For(folder["net.onnx"], folder["other.json"]).Task);
        Assert.IsNull(ModelCard.For(folder["net.onnx"], null).Warning("net.onnx"));
    }

    [TestMethod]
    public void NoCardIsSaidInAWarning()
    {
        using var folder = new TemporaryFolder();
        ModelCard card = ModelCard.For(folder["net.onnx"], null);
        Assert.AreEqual(Model.TaskNone, card.Task);
        Assert.Contains("net.card.json", card.Warning(folder["net.onnx"])!);
    }

    [TestMethod]
    public void NamedCardMustExist()
    {
        using var folder = new TemporaryFolder();
        Expect.Error(CardErrors.Unreadable, () => ModelCard.For("net.onnx", folder["none.json"]), "none.json");
        Expect.Error(CardErrors.Unreadable, () => ModelCard.For("net.onnx", folder.Path), folder.Path);
    }

    [TestMethod]
    public void CardsOfTheSharedModelsAreRight()
    {
        string models = SharedData.Require("models");
        string[] cards = Directory.GetFiles(models, "*.card.json", SearchOption.AllDirectories);
        Assert.IsGreaterThanOrEqualTo(10, cards.Length);
        foreach (string card in cards)
            Assert.AreNotEqual(Model.TaskNone, ModelCard.For("unused.onnx", card).Task, card);
    }

    private static ModelCard Parse(string json) => CardReader.Parse("some.card.json", Encoding.UTF8.GetBytes(json));
}
