using System.Buffers.Binary;

namespace Barrel.ChipEmulator.Tests;

/// <summary>
/// The kernel's side of a character device in user space, with offsets and numbers as linux/fuse.h and linux/spi/spidev.h have them, and
/// a program's memory. Shares nothing with the server.
/// </summary>
internal sealed class FakeKernel(Func<byte[], byte[]> ask)
{
    public const uint ReadMode = 0x8001_6B01;
    public const uint WriteMode = 0x4001_6B01;
    public const uint WriteBits = 0x4001_6B03;
    public const uint ReadBits = 0x8001_6B03;
    public const uint WriteSpeed = 0x4004_6B04;
    public const uint ReadSpeed = 0x8004_6B04;
    public const uint WriteMode32 = 0x4004_6B05;

    private ulong unique = 100;

    /// <summary>What the program has at its addresses.</summary>
    public SortedDictionary<ulong, byte[]> Memory { get; } = [];

    /// <summary>Requests of the last ioctl.</summary>
    public int Rounds { get; private set; }

    public static uint Message(int transfers) => 0x4000_6B00 | ((uint)transfers * 32 << 16);

    /// <summary>One spi_ioc_transfer.</summary>
    public static byte[] Transfer(ulong sendAddress, ulong receiveAddress, int bytes, bool releases = false)
    {
        byte[] transfer = new byte[32];
        BinaryPrimitives.WriteUInt64LittleEndian(transfer, sendAddress);
        BinaryPrimitives.WriteUInt64LittleEndian(transfer.AsSpan(8), receiveAddress);
        BinaryPrimitives.WriteInt32LittleEndian(transfer.AsSpan(16), bytes);
        BinaryPrimitives.WriteInt32LittleEndian(transfer.AsSpan(20), 10_000_000);
        transfer[26] = 8;
        transfer[27] = (byte)(releases ? 1 : 0);
        return transfer;
    }

    /// <summary>One request and its reply's error and body; null where no reply comes.</summary>
    public (int Error, byte[] Body)? Send(uint operation, params byte[] body)
    {
        byte[] request = new byte[40 + body.Length];
        BinaryPrimitives.WriteInt32LittleEndian(request, request.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(request.AsSpan(4), operation);
        BinaryPrimitives.WriteUInt64LittleEndian(request.AsSpan(8), ++unique);
        body.CopyTo(request, 40);
        byte[] reply = ask(request);
        if (reply.Length == 0)
            return null;
        Assert.HasCount(BinaryPrimitives.ReadInt32LittleEndian(reply), reply);
        Assert.AreEqual(unique, BinaryPrimitives.ReadUInt64LittleEndian(reply.AsSpan(8)));
        int error = BinaryPrimitives.ReadInt32LittleEndian(reply.AsSpan(4));
        Assert.IsTrue(error == 0 || reply.Length == 16, "errors come alone");
        return (error, reply[16..]);
    }

    /// <summary>read and write of the program's file.</summary>
    public (int Error, byte[] Body) ReadOrWrite(uint operation, int bytes, byte[] data)
    {
        byte[] body = new byte[40 + data.Length];
        BinaryPrimitives.WriteInt32LittleEndian(body.AsSpan(16), bytes);
        data.CopyTo(body, 40);
        return Send(operation, body)!.Value;
    }

    /// <summary>An ioctl of the program's, asked again as often as the server names memory.</summary>
    /// <returns>What the program gets: a result or a negated error number.</returns>
    public int IoControl(uint command, ulong argument)
    {
        (ulong Address, int Bytes)[] fetches = [];
        (ulong Address, int Bytes)[] stores = [];
        for (Rounds = 1; Rounds <= 3; Rounds++)
        {
            byte[] fetched = [.. fetches.SelectMany(f => At(f.Address, f.Bytes).ToArray())];
            byte[] body = new byte[32 + fetched.Length];
            BinaryPrimitives.WriteUInt32LittleEndian(body.AsSpan(8), 2); // FUSE_IOCTL_UNRESTRICTED
            BinaryPrimitives.WriteUInt32LittleEndian(body.AsSpan(12), command);
            BinaryPrimitives.WriteUInt64LittleEndian(body.AsSpan(16), argument);
            BinaryPrimitives.WriteInt32LittleEndian(body.AsSpan(24), fetched.Length);
            BinaryPrimitives.WriteInt32LittleEndian(body.AsSpan(28), stores.Sum(s => s.Bytes));
            fetched.CopyTo(body, 32);
            (int error, byte[] reply) = Send(39, body)!.Value;
            if (error != 0)
                return error;
            uint flags = BinaryPrimitives.ReadUInt32LittleEndian(reply.AsSpan(4));
            byte[] rest = reply[16..];
            if ((flags & 4) == 0)
            {
                Assert.HasCount(stores.Sum(s => s.Bytes), rest);
                foreach ((ulong address, int bytes) in stores)
                {
                    rest.AsSpan(0, bytes).CopyTo(At(address, bytes));
                    rest = rest[bytes..];
                }

                return BinaryPrimitives.ReadInt32LittleEndian(reply);
            }

            int fetchCount = BinaryPrimitives.ReadInt32LittleEndian(reply.AsSpan(8));
            int storeCount = BinaryPrimitives.ReadInt32LittleEndian(reply.AsSpan(12));
            Assert.IsLessThanOrEqualTo(256, fetchCount + storeCount, "more regions than the kernel takes");
            Assert.HasCount(16 * (fetchCount + storeCount), rest);
            (ulong, int)[] regions = [.. rest.Chunk(16).Select(r => (BinaryPrimitives.ReadUInt64LittleEndian(r), BinaryPrimitives.ReadInt32LittleEndian(r.AsSpan(8))))];
            fetches = regions[..fetchCount];
            stores = regions[fetchCount..];
        }

        Assert.Fail("asked for memory three times");
        return 0;
    }

    private Span<byte> At(ulong address, int bytes)
    {
        (ulong start, byte[] block) = Memory.Last(m => m.Key <= address);
        return block.AsSpan((int)(address - start), bytes);
    }
}
