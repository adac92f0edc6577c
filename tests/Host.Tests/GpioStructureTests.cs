using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Barrel.Host.Pins;

namespace Barrel.Host.Tests;

/// <summary>Sizes, places and numbers as a C program prints them from linux/gpio.h on a 64-bit machine; arm64 and x64 agree.</summary>
[TestClass]
public class GpioStructureTests
{
    [TestMethod]
    public void Requests_are_the_kernels_sizes_included()
    {
        Assert.AreEqual(0x8044b401, GpioRequests.ChipInfo);
        Assert.AreEqual(0xc100b405, GpioRequests.LineInfo);
        Assert.AreEqual(0xc250b407, GpioRequests.GetLines);
        Assert.AreEqual(0xc010b40f, GpioRequests.SetLevels);
    }

    [TestMethod]
    public void Places_are_the_kernels()
    {
        Assert.AreEqual(256, Place<GpioLineRequest>(nameof(GpioLineRequest.Consumer)));
        Assert.AreEqual(288, Place<GpioLineRequest>(nameof(GpioLineRequest.Config)));
        Assert.AreEqual(560, Place<GpioLineRequest>(nameof(GpioLineRequest.LineCount)));
        Assert.AreEqual(588, Place<GpioLineRequest>(nameof(GpioLineRequest.File)));
        Assert.AreEqual(32, Place<GpioLineConfig>(nameof(GpioLineConfig.Attributes)));
        Assert.AreEqual(16, Place<GpioLineConfigAttribute>(nameof(GpioLineConfigAttribute.Lines)));
        Assert.AreEqual(64, Place<GpioLineInfo>(nameof(GpioLineInfo.Offset)));
        Assert.AreEqual(64, Place<GpioChipInfo>(nameof(GpioChipInfo.LineCount)));
        Assert.AreEqual(24, Unsafe.SizeOf<GpioLineConfigAttribute>());
    }

    private static int Place<T>(string field) => (int)Marshal.OffsetOf<T>(field);
}
