using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Barrel.Host.Cameras.V4l2;
using Barrel.Host.Linux;

namespace Barrel.Host.Tests;

/// <summary>Sizes, places and numbers as a C program prints them from linux/videodev2.h on a 64-bit machine; arm64 and x64 agree.</summary>
[TestClass]
public class VideoStructureTests
{
    [TestMethod]
    public void Sizes_are_the_kernels()
    {
        Assert.AreEqual(104, Unsafe.SizeOf<VideoCapability>());
        Assert.AreEqual(64, Unsafe.SizeOf<VideoFormatEntry>());
        Assert.AreEqual(44, Unsafe.SizeOf<VideoSizeEntry>());
        Assert.AreEqual(52, Unsafe.SizeOf<VideoIntervalEntry>());
        Assert.AreEqual(208, Unsafe.SizeOf<VideoFormat>());
        Assert.AreEqual(204, Unsafe.SizeOf<VideoParameters>());
        Assert.AreEqual(20, Unsafe.SizeOf<VideoBufferRequest>());
        Assert.AreEqual(88, Unsafe.SizeOf<VideoBuffer>());
        Assert.AreEqual(8, Unsafe.SizeOf<SystemCalls.Waiting>());
        Assert.AreEqual(32, Unsafe.SizeOf<Text32>());
    }

    [TestMethod]
    public void Requests_are_the_kernels()
    {
        Assert.AreEqual(0x80685600, VideoRequests.QueryCapability);
        Assert.AreEqual(0xc0405602, VideoRequests.EnumerateFormat);
        Assert.AreEqual(0xc0d05605, VideoRequests.SetFormat);
        Assert.AreEqual(0xc0145608, VideoRequests.RequestBuffers);
        Assert.AreEqual(0xc0585609, VideoRequests.QueryBuffer);
        Assert.AreEqual(0xc058560f, VideoRequests.Queue);
        Assert.AreEqual(0xc0585611, VideoRequests.Dequeue);
        Assert.AreEqual(0x40045612u, VideoRequests.StreamOn);
        Assert.AreEqual(0x40045613u, VideoRequests.StreamOff);
        Assert.AreEqual(0xc0cc5616, VideoRequests.SetParameters);
        Assert.AreEqual(0xc02c564a, VideoRequests.EnumerateSize);
        Assert.AreEqual(0xc034564b, VideoRequests.EnumerateInterval);
    }

    [TestMethod]
    [DataRow("timestamp", 24)]
    [DataRow("sequence", 56)]
    [DataRow("memory", 60)]
    [DataRow("offset", 64)]
    [DataRow("length", 72)]
    public void Fields_of_a_buffer_lie_where_the_kernel_has_them(string field, int offset)
    {
        byte[] bytes = new byte[88];
        bytes[offset] = 77;
        VideoBuffer buffer = MemoryMarshal.Read<VideoBuffer>(bytes);
        Assert.AreEqual(77L, field switch
        {
            "timestamp" => buffer.Seconds,
            "sequence" => buffer.Sequence,
            "memory" => buffer.Memory,
            "offset" => buffer.Offset,
            _ => buffer.Bytes,
        });
    }

    [TestMethod]
    public void A_name_ends_at_its_zero_or_with_its_bytes()
    {
        Assert.AreEqual("vivid", Text32.Of("vivid").ToString());
        Assert.AreEqual(new string('x', 32), Text32.Of(new string('x', 32)).ToString());
    }
}
