using System.Device.Spi;
using System.Runtime.InteropServices;
using Barrel.Host.Linux;

namespace Barrel.ChipEmulator.Cuse;

/// <summary>
/// The ioctls of spidev. The kernel cannot know what part of the caller's memory an ioctl means: a first answer names regions, and the
/// kernel asks again with what they hold. A message takes two such rounds, as its transfers point to further memory.
/// </summary>
internal sealed class SpiIoControl(SpiDevice device)
{
    private const uint SpiType = 'k';
    private const uint MessageNumber = 0;
    private const uint ModeNumber = 1;
    private const uint LeastBitFirstNumber = 2;
    private const uint BitsPerWordNumber = 3;
    private const uint SpeedNumber = 4;
    private const uint LongModeNumber = 5;
    private const uint WriteDirection = 1;

    private static readonly int TransferSize = Marshal.SizeOf<SpiTransfer>();

    private readonly byte[] sent = new byte[EmulatedSpiDevice.TransferBytesMax];
    private readonly byte[] received = new byte[EmulatedSpiDevice.TransferBytesMax];

    /// <summary>Clock that the caller asked for last, Hz; nothing depends on it.</summary>
    public uint SpeedHz { get; private set; } = 500_000;

    /// <summary>Answers one request.</summary>
    /// <param name="fetched">What the kernel fetched from the caller's memory.</param>
    /// <returns>0 or a negated error number.</returns>
    public int Answer(in IoControlRequest request, ReadOnlySpan<byte> fetched, ref ReplyBuffer reply)
    {
        // _IOC of asm-generic/ioctl.h: number, type, size and direction from the lowest bit up.
        uint number = request.Command & 0xFF;
        int size = (int)((request.Command >> 16) & 0x3FFF);
        if (((request.Command >> 8) & 0xFF) != SpiType)
            return -SystemError.NotATerminal;
        if (request.Command >> 30 != WriteDirection)
            return Get(request, number, size, ref reply);
        if (number == MessageNumber)
            return Message(request, size, fetched, ref reply);
        if (fetched.Length < size)
            return AskFor(new MemoryRegion { Address = request.Argument, Bytes = (ulong)size }, isStored: false, ref reply);
        return Set(number, size, fetched, ref reply);
    }

    private int Get(in IoControlRequest request, uint number, int size, ref ReplyBuffer reply)
    {
        (uint value, int expectedSize) = number switch
        {
            ModeNumber or LeastBitFirstNumber => (0u, 1),
            BitsPerWordNumber => (8u, 1),
            SpeedNumber => (SpeedHz, 4),
            LongModeNumber => (0u, 4),
            _ => (0u, -1),
        };
        if (size != expectedSize)
            return -SystemError.NotATerminal;
        if (request.StoredBytes < size)
            return AskFor(new MemoryRegion { Address = request.Argument, Bytes = (ulong)size }, isStored: true, ref reply);
        reply.Append(new IoControlReply());
        for (int i = 0; i < size; i++)
            reply.Append((byte)(value >> (8 * i)));
        return 0;
    }

    private int Set(uint number, int size, ReadOnlySpan<byte> fetched, ref ReplyBuffer reply)
    {
        uint value = size switch
        {
            1 => fetched[0],
            4 => MemoryMarshal.Read<uint>(fetched),
            _ => uint.MaxValue,
        };
        // The link is mode 0 with words of eight bits; a bus that has nothing else refuses the rest.
        bool isPossible = (number, size) switch
        {
            (ModeNumber, 1) or (LongModeNumber, 4) or (LeastBitFirstNumber, 1) => value == 0,
            (BitsPerWordNumber, 1) => value is 0 or 8,
            (SpeedNumber, 4) => value > 0,
            _ => false,
        };
        if (!isPossible)
            return -SystemError.Invalid;
        if (number == SpeedNumber)
            SpeedHz = value;
        reply.Append(new IoControlReply());
        return 0;
    }

    private int Message(in IoControlRequest request, int size, ReadOnlySpan<byte> fetched, ref ReplyBuffer reply)
    {
        if (size == 0 || size % TransferSize != 0)
            return -SystemError.Invalid;
        MemoryRegion list = new() { Address = request.Argument, Bytes = (ulong)size };
        if (fetched.Length < size)
            return AskFor(list, isStored: false, ref reply);
        ReadOnlySpan<SpiTransfer> transfers = MemoryMarshal.Cast<byte, SpiTransfer>(fetched[..size]);
        ReadOnlySpan<byte> toSend = fetched[size..];
        long bytes = 0;
        long sendBytes = 0;
        long receiveBytes = 0;
        int regions = 1;
        foreach (SpiTransfer transfer in transfers)
        {
            bytes += transfer.Bytes;
            sendBytes += transfer.SendAddress != 0 ? transfer.Bytes : 0;
            receiveBytes += transfer.ReceiveAddress != 0 ? transfer.Bytes : 0;
            regions += (transfer.SendAddress != 0 ? 1 : 0) + (transfer.ReceiveAddress != 0 ? 1 : 0);
        }

        if (bytes > EmulatedSpiDevice.TransferBytesMax)
            return -SystemError.MessageTooLong;
        if (regions > IoControlReply.RegionsMax)
            return -SystemError.OutOfMemory;
        if (toSend.Length == sendBytes && request.StoredBytes == receiveBytes)
            return Run(transfers, toSend, (int)bytes, ref reply);
        return toSend.Length == 0 && request.StoredBytes == 0 ? AskFor(list, transfers, ref reply) : -SystemError.Invalid;
    }

    private int Run(ReadOnlySpan<SpiTransfer> transfers, ReadOnlySpan<byte> toSend, int bytes, ref ReplyBuffer reply)
    {
        int end = 0;
        int asserted = 0;
        for (int i = 0; i < transfers.Length; i++)
        {
            Span<byte> part = sent.AsSpan(end, (int)transfers[i].Bytes);
            end += part.Length;
            if (transfers[i].SendAddress == 0)
                part.Clear();
            else
            {
                toSend[..part.Length].CopyTo(part);
                toSend = toSend[part.Length..];
            }

            // The chip stays selected from one transfer to the next unless it is to be released between them.
            if (end == asserted || (i + 1 < transfers.Length && transfers[i].ReleasesChipSelect == 0))
                continue;
            try
            {
                device.TransferFullDuplex(sent.AsSpan(asserted, end - asserted), received.AsSpan(asserted, end - asserted));
            }
            catch (IOException)
            {
                return -SystemError.InputOutput;
            }

            asserted = end;
        }

        reply.Append(new IoControlReply { Result = bytes });
        int begin = 0;
        foreach (SpiTransfer transfer in transfers)
        {
            if (transfer.ReceiveAddress != 0)
                reply.Append(received.AsSpan(begin, (int)transfer.Bytes));
            begin += (int)transfer.Bytes;
        }

        return 0;
    }

    private static int AskFor(MemoryRegion region, bool isStored, ref ReplyBuffer reply)
    {
        reply.Append(new IoControlReply { Flags = IoControlReply.Retry, FetchRegions = isStored ? 0u : 1, StoreRegions = isStored ? 1u : 0 });
        reply.Append(region);
        return 0;
    }

    private static int AskFor(MemoryRegion list, ReadOnlySpan<SpiTransfer> transfers, ref ReplyBuffer reply)
    {
        uint fetches = 1;
        uint stores = 0;
        foreach (SpiTransfer transfer in transfers)
        {
            fetches += transfer.SendAddress != 0 ? 1u : 0;
            stores += transfer.ReceiveAddress != 0 ? 1u : 0;
        }

        reply.Append(new IoControlReply { Flags = IoControlReply.Retry, FetchRegions = fetches, StoreRegions = stores });
        reply.Append(list);
        foreach (SpiTransfer transfer in transfers)
        {
            if (transfer.SendAddress != 0)
                reply.Append(new MemoryRegion { Address = transfer.SendAddress, Bytes = transfer.Bytes });
        }

        foreach (SpiTransfer transfer in transfers)
        {
            if (transfer.ReceiveAddress != 0)
                reply.Append(new MemoryRegion { Address = transfer.ReceiveAddress, Bytes = transfer.Bytes });
        }

        return 0;
    }
}
