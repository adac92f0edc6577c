namespace Barrel.ChipEmulator.Tests;

[TestClass]
public class EmulatedSpiDeviceTests
{
    [TestMethod]
    public void Over_long_transfer_is_refused_as_the_system_would()
    {
        EmulatedSpiDevice device = new(new EmulatedChip(Bench.Geometry()));
        byte[] tooLong = new byte[4097];
        Assert.Contains("Error 90 (Message too long)", Assert.ThrowsExactly<IOException>(() => device.TransferFullDuplex(tooLong, new byte[4097])).Message);
        Assert.ThrowsExactly<IOException>(() => device.Write(tooLong));
        Assert.ThrowsExactly<IOException>(() => device.Read(tooLong));
        Assert.AreEqual(0, device.Transfers);
        Assert.ThrowsExactly<ArgumentException>(() => device.TransferFullDuplex(new byte[4], new byte[5]));

        byte[] longest = Frame.Request(9, 0, [], Frame.Id, 1);
        Array.Resize(ref longest, 4096);
        device.TransferFullDuplex(longest, longest);
        Assert.AreEqual(1, device.Transfers);
        Assert.AreEqual(0x09A2, Frame.Word(longest, 10), "one buffer serves both ways, and the frame is too long for its counts");
    }
}
