using Barrel.Host.Chip;

namespace Barrel.Host.Tests.Chip;

/// <summary>What <c>chip emulate</c> refuses; what it serves is tested where a kernel has /dev/cuse.</summary>
[TestClass]
public class ChipEmulateTests
{
    [TestMethod]
    [DataRow("spidev0")]
    [DataRow("spidev0.256")]
    [DataRow("spi:0.0")]
    [DataRow("ttyS0")]
    public void Devices_are_spidev_with_bus_and_chip_select(string device)
    {
        (int exitCode, string output, string error) = ChipProgramRun.Of("emulate", "--device", device);
        Assert.AreEqual(2, exitCode);
        Assert.AreEqual("", output);
        Assert.StartsWith($"error BRL{ChipErrors.UnknownLink}: --device is '{device}'; it is spidevBUS.CS", error);
    }

    [TestMethod]
    public void Boards_without_a_chip_are_refused()
    {
        (int exitCode, _, string error) = ChipProgramRun.Of("emulate", "--board", "desktop");
        Assert.AreEqual(2, exitCode);
        Assert.StartsWith($"error BRL{ChipErrors.NotPlaced}: board desktop has no TDNN chip", error);
    }

    [TestMethod]
    public void Without_cuse_it_says_what_to_do()
    {
        if (File.Exists("/dev/cuse"))
            Assert.Inconclusive("this machine has /dev/cuse");
        (int exitCode, string output, string error) = ChipProgramRun.Of("emulate");
        Assert.AreEqual(2, exitCode);
        Assert.AreEqual("", output);
        Assert.StartsWith($"error BRL{ChipErrors.CannotServe}: there is no /dev/cuse", error);
        Assert.Contains("modprobe cuse", error);
    }
}
