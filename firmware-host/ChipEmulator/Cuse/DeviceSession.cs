using System.Device.Spi;
using System.Runtime.InteropServices;
using System.Text;
using Barrel.Host.Linux;

namespace Barrel.ChipEmulator.Cuse;

/// <summary>Answers the kernel's requests for one character device, bytes in and bytes out.</summary>
internal sealed class DeviceSession(SpiDevice device, string deviceName)
{
    /// <summary>Longest request or reply: a write that the kernel need not split, with room for headers.</summary>
    public const int MessageBytesMax = WriteBytesMax + 4096;

    private const int WriteBytesMax = 64 * 1024;

    private static readonly int HeaderBytes = Marshal.SizeOf<ReplyHeader>();

    private readonly SpiIoControl ioControl = new(device);
    private readonly byte[] nameInformation = Encoding.ASCII.GetBytes($"DEVNAME={deviceName}\0");
    private readonly byte[] buffer = new byte[EmulatedSpiDevice.TransferBytesMax];

    /// <summary>Answers one request.</summary>
    /// <param name="request">As read from the kernel, whole.</param>
    /// <param name="reply">At least <see cref="MessageBytesMax"/> bytes.</param>
    /// <returns>Bytes of the reply; 0 where none is due.</returns>
    public int Answer(ReadOnlySpan<byte> request, Span<byte> reply)
    {
        RequestHeader header = MemoryMarshal.Read<RequestHeader>(request);
        if (header.Operation == Operation.Interrupt)
            return 0;
        ReplyBuffer parts = new(reply);
        parts.Append(default(ReplyHeader));
        int error = Body(header.Operation, request[Marshal.SizeOf<RequestHeader>()..], ref parts);
        if (error != 0)
            parts.Truncate(HeaderBytes);
        ReplyHeader replyHeader = new() { Bytes = (uint)parts.Length, Error = error, Unique = header.Unique };
        MemoryMarshal.Write(reply, in replyHeader);
        return parts.Length;
    }

    private int Body(Operation operation, ReadOnlySpan<byte> body, ref ReplyBuffer reply)
    {
        switch (operation)
        {
            case Operation.Initialize:
                InitializeRequest offer = MemoryMarshal.Read<InitializeRequest>(body);
                reply.Append(new InitializeReply
                {
                    Major = offer.Major,
                    Minor = offer.Minor,
                    Flags = InitializeReply.UnrestrictedIoControl,
                    ReadBytesMax = WriteBytesMax,
                    WriteBytesMax = WriteBytesMax,
                });
                reply.Append(nameInformation);
                return 0;
            case Operation.Open:
                reply.Append(default(OpenReply));
                return 0;
            case Operation.Release:
                return 0;
            case Operation.Read:
                return Read(MemoryMarshal.Read<ReadOrWriteRequest>(body).Bytes, ref reply);
            case Operation.Write:
                int bytes = (int)MemoryMarshal.Read<ReadOrWriteRequest>(body).Bytes;
                return Write(body.Slice(Marshal.SizeOf<ReadOrWriteRequest>(), bytes), ref reply);
            case Operation.IoControl:
                IoControlRequest request = MemoryMarshal.Read<IoControlRequest>(body);
                return ioControl.Answer(request, body.Slice(Marshal.SizeOf<IoControlRequest>(), (int)request.FetchedBytes), ref reply);
            default:
                return -SystemError.NotImplemented;
        }
    }

    private int Read(uint bytes, ref ReplyBuffer reply)
    {
        if (bytes > buffer.Length)
            return -SystemError.MessageTooLong;
        Span<byte> received = buffer.AsSpan(0, (int)bytes);
        try
        {
            device.Read(received);
        }
        catch (IOException)
        {
            return -SystemError.InputOutput;
        }

        reply.Append(received);
        return 0;
    }

    private int Write(ReadOnlySpan<byte> bytes, ref ReplyBuffer reply)
    {
        if (bytes.Length > buffer.Length)
            return -SystemError.MessageTooLong;
        try
        {
            device.Write(bytes);
        }
        catch (IOException)
        {
            return -SystemError.InputOutput;
        }

        reply.Append(new WriteReply { Bytes = (uint)bytes.Length });
        return 0;
    }
}
