using System.Text.Json;

namespace Barrel.Compiler.Tests.Commands;

/// <summary>Figures that others measured on the same networks and data.</summary>
[TestClass]
public class EvaluateFiguresTests
{
    // ESPNet: 65.57 where the class Void may not be answered; here it may, and then counts as a miss.
    [TestMethod]
    [DataRow("espnet_camvid_240x320", 65.6, 95.3, 0.5)]
    [DataRow("road_qat_prototype", 59.6, 94.9, 0.5)]
    public void RoadNetworks(string model, double meanIou, double roadIou, double tolerance)
    {
        JsonElement json = Run(model, "camvid_240x180/val");
        Assert.AreEqual(101, json.GetProperty("samples").GetInt32());
        Assert.AreEqual(meanIou, json.GetProperty("meanIoU").GetDouble(), tolerance);
        Assert.AreEqual(roadIou, json.GetProperty("roadIoU").GetDouble(), tolerance);
    }

    [TestMethod]
    [DataRow("bnn_lfcW1A1_mnist", "mnist", 98.34, 0.005)]
    [DataRow("mnist-8", "mnist", 98.9, 0.1)]
    [DataRow("resnet20_cifar10", "cifar10_jpg/cifar10_test_10000.zip", 81.0, 0.3)]
    public void Classifiers(string model, string data, double top1, double tolerance) =>
        Assert.AreEqual(top1, Run(model, data).GetProperty("top1").GetDouble(), tolerance);

    private static JsonElement Run(string model, string data)
    {
        TestCommandLine run = TestCommandLine.Run("evaluate", SharedData.Model(model), "--data", SharedData.Require(data), "--json");
        Assert.AreEqual(0, run.ExitCode, run.Error);
        using JsonDocument json = JsonDocument.Parse(run.Out);
        return json.RootElement.Clone();
    }
}
