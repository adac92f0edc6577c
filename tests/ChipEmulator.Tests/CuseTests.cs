using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using Barrel.ChipEmulator.Cuse;

namespace Barrel.ChipEmulator.Tests;

/// <summary>The character device without a kernel: requests go in as bytes, replies come out as bytes.</summary>
[TestClass]
public class CuseTests
{
    private const int Invalid = -22;
    private const int NotATerminal = -25;
    private const int NotImplemented = -38;
    private const int MessageTooLong = -90;

    [TestMethod]
    public void Device_gets_its_name_and_opens()
    {
        FakeKernel kernel = Kernel(out _);
        byte[] offer = new byte[16];
        BinaryPrimitives.WriteInt32LittleEndian(offer, 7);
        BinaryPrimitives.WriteInt32LittleEndian(offer.AsSpan(4), 38);
        (int error, byte[] body) = kernel.Send(4096, offer)!.Value;
        Assert.AreEqual(0, error);
        CollectionAssert.AreEqual(offer[..8], body[..8]);
        Assert.AreEqual(1, BinaryPrimitives.ReadInt32LittleEndian(body.AsSpan(12)), "ioctls of any memory");
        Assert.IsGreaterThan(4096, BinaryPrimitives.ReadInt32LittleEndian(body.AsSpan(20)), "writes come whole, so that too long ones are seen");
        Assert.AreEqual("DEVNAME=spidev3.1\0", Encoding.ASCII.GetString(body[72..]));

        Assert.HasCount(16, kernel.Send(14, new byte[8])!.Value.Body);
        Assert.AreEqual((0, 0), (kernel.Send(18, new byte[24])!.Value.Error, kernel.Send(18, new byte[24])!.Value.Body.Length));
        Assert.IsNull(kernel.Send(36, new byte[8]), "interrupts have no reply");
        Assert.AreEqual(NotImplemented, kernel.Send(25, new byte[24])!.Value.Error);
        Assert.AreEqual(NotImplemented, kernel.Send(40, new byte[24])!.Value.Error);
    }

    [TestMethod]
    public void Settings_are_those_of_the_link()
    {
        FakeKernel kernel = Kernel(out _);
        byte[] value = new byte[4];
        kernel.Memory[0x1000] = value;
        Assert.AreEqual(0, kernel.IoControl(FakeKernel.WriteMode, 0x1000));
        Assert.AreEqual(2, kernel.Rounds);
        Assert.AreEqual(0, kernel.IoControl(FakeKernel.WriteMode32, 0x1000));
        value[0] = 8;
        Assert.AreEqual(0, kernel.IoControl(FakeKernel.WriteBits, 0x1000));
        Assert.AreEqual(Invalid, kernel.IoControl(FakeKernel.WriteMode, 0x1000), "chip select is active low");
        value[0] = 3;
        Assert.AreEqual(Invalid, kernel.IoControl(FakeKernel.WriteMode, 0x1000));
        Assert.AreEqual(0, kernel.IoControl(FakeKernel.ReadMode, 0x1000));
        Assert.AreEqual(0, value[0]);
        value[0] = 16;
        Assert.AreEqual(Invalid, kernel.IoControl(FakeKernel.WriteBits, 0x1000));
        Assert.AreEqual(0, kernel.IoControl(FakeKernel.ReadBits, 0x1000));
        Assert.AreEqual(8, value[0]);
        BinaryPrimitives.WriteInt32LittleEndian(value, 12_345_678);
        Assert.AreEqual(0, kernel.IoControl(FakeKernel.WriteSpeed, 0x1000));
        value.AsSpan().Clear();
        Assert.AreEqual(0, kernel.IoControl(FakeKernel.ReadSpeed, 0x1000));
        Assert.AreEqual(12_345_678, BinaryPrimitives.ReadInt32LittleEndian(value));
        foreach (uint command in (uint[])[0x5401, 0x8004_6B63, 0x8002_6B01])
            Assert.AreEqual(NotATerminal, kernel.IoControl(command, 0x1000), $"{command:X}");
        Assert.AreEqual(Invalid, kernel.IoControl(0x4004_6B63, 0x1000));
    }

    [TestMethod]
    public void Message_is_one_transfer()
    {
        FakeKernel kernel = Kernel(out EmulatedSpiDevice device);
        byte[] received = Exchange(kernel, Frame.Request(5, Frame.Scratch, [0xBEEF], Frame.Id, 10));
        Answer answer = Frame.Decode(Frame.Request(5, Frame.Scratch, [0xBEEF], Frame.Id, 10), received);
        Assert.IsTrue(answer.Holds);
        Assert.AreEqual(0x5444, answer.Data[0]);
        Assert.AreEqual(3, kernel.Rounds);
        Assert.AreEqual(1, device.Transfers);
    }

    [TestMethod]
    public void Parts_of_a_message_are_one_assertion_unless_released()
    {
        byte[] request = Frame.Request(5, 0, [], Frame.Id, 10);
        foreach (bool releases in (bool[])[false, true])
        {
            FakeKernel kernel = Kernel(out EmulatedSpiDevice device);
            kernel.Memory[0x1000] = [.. FakeKernel.Transfer(0x2000, 0, 16, releases), .. FakeKernel.Transfer(0, 0x3000, request.Length - 16)];
            kernel.Memory[0x2000] = request[..16];
            kernel.Memory[0x3000] = new byte[request.Length - 16];
            Assert.AreEqual(request.Length, kernel.IoControl(FakeKernel.Message(2), 0x1000));
            Answer answer = Frame.Decode(request, [.. new byte[16], .. kernel.Memory[0x3000]]);
            Assert.AreEqual(releases ? 2 : 1, device.Transfers);
            Assert.AreEqual(!releases, answer.Holds && answer.Data[0] == 0x5444);
        }
    }

    [TestMethod]
    public void Over_long_messages_are_refused_before_their_memory_is_asked_for()
    {
        FakeKernel kernel = Kernel(out EmulatedSpiDevice device);
        kernel.Memory[0x1000] = [.. FakeKernel.Transfer(0x2000, 0x2000, 4000), .. FakeKernel.Transfer(0x4000, 0, 97)];
        Assert.AreEqual(MessageTooLong, kernel.IoControl(FakeKernel.Message(2), 0x1000));
        Assert.AreEqual(2, kernel.Rounds);
        kernel.Memory[0x1000] = FakeKernel.Transfer(0x2000, 0x2000, -1);
        Assert.AreEqual(MessageTooLong, kernel.IoControl(FakeKernel.Message(1), 0x1000));
        Assert.AreEqual(MessageTooLong, kernel.ReadOrWrite(15, 4097, []).Error);
        Assert.AreEqual(MessageTooLong, kernel.ReadOrWrite(16, 4097, new byte[4097]).Error);
        Assert.AreEqual(0, device.Transfers);
        Assert.AreEqual(Invalid, kernel.IoControl(0x4021_6B00, 0x1000), "no whole number of transfers");
        kernel.Memory[0x1000] = [.. Enumerable.Repeat(FakeKernel.Transfer(0x2000, 0x2000, 1), 200).SelectMany(t => t)];
        Assert.AreEqual(-12, kernel.IoControl(FakeKernel.Message(200), 0x1000), "more regions than the kernel takes");

        kernel.Memory[0x1000] = FakeKernel.Transfer(0x10000, 0x20000, 4096);
        kernel.Memory[0x10000] = new byte[4096];
        kernel.Memory[0x20000] = new byte[4096];
        Assert.AreEqual(4096, kernel.IoControl(FakeKernel.Message(1), 0x1000));
        Assert.AreEqual(1, device.Transfers);
    }

    [TestMethod]
    public void Message_without_bytes_to_send_sends_zeros()
    {
        FakeKernel kernel = Kernel(out _);
        byte[] request = Frame.Request(1, 0, [], Frame.Id, 1);
        Assert.AreEqual(0x5444, Frame.Decode(request, Exchange(kernel, request)).Data[0]);
        kernel.Memory[0x1000] = FakeKernel.Transfer(0, 0x20000, request.Length);
        Assert.AreEqual(request.Length, kernel.IoControl(FakeKernel.Message(1), 0x1000));
        Assert.AreEqual(0x00A1, Frame.Word(kernel.Memory[0x20000], 10), "zeros have a wrong check; the request before would have been done again");
    }

    [TestMethod]
    public void Empty_messages_do_nothing()
    {
        FakeKernel kernel = Kernel(out EmulatedSpiDevice device);
        kernel.Memory[0x1000] = [.. FakeKernel.Transfer(0, 0, 0), .. FakeKernel.Transfer(0, 0, 0)];
        Assert.AreEqual(0, kernel.IoControl(FakeKernel.Message(2), 0x1000));
        Assert.AreEqual(0, device.Transfers);
    }

    [TestMethod]
    public void File_reads_and_writes_are_transfers()
    {
        FakeKernel kernel = Kernel(out EmulatedSpiDevice device);
        byte[] request = Frame.Request(1, Frame.Scratch, [0x1234], 0, 0);
        (int error, byte[] body) = kernel.ReadOrWrite(16, request.Length, request);
        Assert.AreEqual((0, request.Length), (error, BinaryPrimitives.ReadInt32LittleEndian(body)));
        Assert.HasCount(24, kernel.ReadOrWrite(15, 24, []).Body);
        Assert.AreEqual(2, device.Transfers);
        byte[] read = Frame.Request(2, 0, [], Frame.Scratch, 1);
        Assert.AreEqual(0x1234, Frame.Decode(read, Exchange(kernel, read)).Data[0]);
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public void Server_answers_what_comes_through_its_file()
    {
        string path = Path.Combine(Path.GetTempPath(), $"cuse-{Guid.NewGuid():N}");
        using Socket listener = new(AddressFamily.Unix, SocketType.Seqpacket, ProtocolType.Unspecified);
        using Socket near = new(AddressFamily.Unix, SocketType.Seqpacket, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        near.Connect(new UnixDomainSocketEndPoint(path));
        Socket far = listener.Accept();
        File.Delete(path);
        EmulatedSpiDevice device = new(new EmulatedChip(Bench.Geometry()));
        using (CuseSpiServer server = new(device, "spidev0.0", (int)far.Handle))
        {
            Assert.AreEqual("/dev/spidev0.0", server.DevicePath);
            near.ReceiveTimeout = 10_000;
            byte[] buffer = new byte[100_000];
            FakeKernel kernel = new(request =>
            {
                near.Send(request);
                return buffer[..near.Receive(buffer)];
            });
            for (int value = 0; value < 100; value++)
            {
                byte[] sent = Frame.Request(value, Frame.Scratch, [(ushort)value], Frame.Scratch, 1);
                Assert.AreEqual(value, Frame.Decode(sent, Exchange(kernel, sent)).Data[0]);
            }

            Assert.IsNull(server.Failure);
        }

        Assert.AreEqual(100, device.Transfers);
        far.SafeHandle.SetHandleAsInvalid(); // The server has closed it.
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public void Missing_cuse_is_an_error_that_says_what_to_do()
    {
        if (File.Exists("/dev/cuse"))
            Assert.Inconclusive("this machine has /dev/cuse");
        EmulatedSpiDevice device = new(new EmulatedChip(Bench.Geometry()));
        Assert.Contains("modprobe cuse", Assert.ThrowsExactly<IOException>(() => new CuseSpiServer(device, 250, 9)).Message);
    }

    /// <summary>A message of one transfer, both ways.</summary>
    private static byte[] Exchange(FakeKernel kernel, byte[] sent)
    {
        kernel.Memory[0x1000] = FakeKernel.Transfer(0x10000, 0x20000, sent.Length);
        kernel.Memory[0x10000] = sent;
        kernel.Memory[0x20000] = new byte[sent.Length];
        Assert.AreEqual(sent.Length, kernel.IoControl(FakeKernel.Message(1), 0x1000));
        return kernel.Memory[0x20000];
    }

    private static FakeKernel Kernel(out EmulatedSpiDevice device)
    {
        device = new EmulatedSpiDevice(new EmulatedChip(Bench.Geometry()));
        DeviceSession session = new(device, "spidev3.1");
        byte[] reply = new byte[DeviceSession.MessageBytesMax];
        return new FakeKernel(request => reply[..session.Answer(request, reply)]);
    }
}
