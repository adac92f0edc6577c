using System.Device.Spi;

namespace Barrel.ChipEmulator;

/// <summary>An <see cref="EmulatedChip"/> as a device of System.Device.Spi, with what can go wrong between the two.</summary>
public sealed class EmulatedSpiDevice : SpiDevice
{
    /// <summary>Longest transfer, bytes: the buffer of Linux's spidev.</summary>
    public const int TransferBytesMax = 4096;

    private const int MessageTooLong = 90;

    private readonly EmulatedChip chip;
    private readonly byte[] sentCopy = new byte[TransferBytesMax];
    private readonly byte[] answer = new byte[TransferBytesMax];
    private readonly byte[] answerBefore = new byte[TransferBytesMax];
    private BitErrors sendErrors;
    private BitErrors receiveErrors;
    private SeededNoise drops;
    private SeededNoise repeats;

    /// <summary>A device that drives a chip.</summary>
    /// <param name="chip">The chip; the device does not own it.</param>
    /// <param name="settings">What <see cref="ConnectionSettings"/> gives; null: bus 0, chip select 0.</param>
    public EmulatedSpiDevice(EmulatedChip chip, SpiConnectionSettings? settings = null)
    {
        ArgumentNullException.ThrowIfNull(chip);
        this.chip = chip;
        ConnectionSettings = settings ?? new SpiConnectionSettings(0, 0);
        LinkFaults = new LinkFaults();
    }

    public override SpiConnectionSettings ConnectionSettings { get; }

    /// <summary>Transfers so far, those included that did not reach the chip; not those that were too long.</summary>
    public long Transfers { get; private set; }

    /// <summary>What goes wrong from now on.</summary>
    public LinkFaults LinkFaults
    {
        get;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            value.Check();
            field = value;
            sendErrors = new BitErrors(value.BitErrorRate, value.Seed, line: 0);
            receiveErrors = new BitErrors(value.BitErrorRate, value.Seed, line: 1);
            drops = new SeededNoise(value.Seed, NoisePurpose.Drops);
            repeats = new SeededNoise(value.Seed, NoisePurpose.Repeats);
        }
    }

    /// <summary>Sends zeros.</summary>
    public override void Read(Span<byte> buffer)
    {
        CheckLength(buffer.Length);
        sentCopy.AsSpan(0, buffer.Length).Clear();
        Transfer(buffer.Length);
        answer.AsSpan(0, buffer.Length).CopyTo(buffer);
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        CheckLength(buffer.Length);
        buffer.CopyTo(sentCopy);
        Transfer(buffer.Length);
    }

    /// <exception cref="ArgumentException">The buffers differ in length.</exception>
    /// <exception cref="IOException">More than <see cref="TransferBytesMax"/> bytes; the chip sees nothing of it.</exception>
    public override void TransferFullDuplex(ReadOnlySpan<byte> writeBuffer, Span<byte> readBuffer)
    {
        if (writeBuffer.Length != readBuffer.Length)
            throw new ArgumentException($"{writeBuffer.Length} bytes to write and {readBuffer.Length} to read; both lines have one clock", nameof(readBuffer));
        CheckLength(writeBuffer.Length);
        writeBuffer.CopyTo(sentCopy);
        Transfer(writeBuffer.Length);
        answer.AsSpan(0, readBuffer.Length).CopyTo(readBuffer);
    }

    /// <summary>Sends the bytes of <see cref="sentCopy"/> and leaves the answer in <see cref="answer"/>.</summary>
    private void Transfer(int length)
    {
        long transfer = Transfers++;
        LinkFaults faults = LinkFaults;
        Span<byte> received = answer.AsSpan(0, length);
        if (faults.UnplugAtTransfer >= 0 && transfer >= faults.UnplugAtTransfer)
        {
            received.Fill(0xFF);
            return;
        }

        if (transfer == faults.ResetAtTransfer)
            chip.Reset();
        if (faults.HangAtTransfer >= 0 && transfer >= faults.HangAtTransfer)
            chip.BusyRequests = long.MaxValue;
        if (faults.DropRate > 0 && drops.Uniform(transfer, 0) <= faults.DropRate)
        {
            received.Fill((byte)((drops.Bits(transfer, 1) & 1) == 0 ? 0x00 : 0xFF));
            return;
        }

        bool isRepeated = faults.RepeatRate > 0 && repeats.Uniform(transfer, 0) <= faults.RepeatRate;
        bool isOldAnswer = isRepeated && (repeats.Bits(transfer, 1) & 1) != 0;
        if (isOldAnswer)
            answer.CopyTo(answerBefore, 0);
        Span<byte> sent = sentCopy.AsSpan(0, length);
        sendErrors.Apply(sent);
        chip.Transfer(sent, received);
        if (isOldAnswer)
            answerBefore.CopyTo(answer, 0);
        else if (isRepeated)
            chip.Transfer(sent, received);
        receiveErrors.Apply(received);
    }

    // What System.Device.Spi says when the system refuses with EMSGSIZE.
    private static void CheckLength(int length)
    {
        if (length > TransferBytesMax)
            throw new IOException($"Error {MessageTooLong} (Message too long) performing SPI data transfer.");
    }
}
