using System.Device.Spi;
using System.Diagnostics;
using Barrel.Boards;
using Barrel.Runtime;

namespace Barrel.Host.Chip;

/// <summary>
/// Reads and writes a chip's words. Transfers that fail are tried again, so often and so long as the board says; what comes back is right or an error
/// says what is wrong. After the first transfers nothing is allocated.
/// </summary>
internal sealed class ChipLink : IDisposable
{
    private readonly SpiDevice device;
    private readonly BoardChip chip;
    private readonly byte[] sent;
    private readonly byte[] received;
    private byte sequence;

    /// <param name="device">Closed with the link.</param>
    /// <param name="chip">Gives the longest transfer, retries and timeout.</param>
    public ChipLink(SpiDevice device, BoardChip chip)
    {
        this.device = device;
        this.chip = chip;
        sent = new byte[chip.TransferBytesMax];
        received = new byte[chip.TransferBytesMax];
    }

    /// <summary>Words that one transfer can write and read, together.</summary>
    public int WordsMax => (chip.TransferBytesMax / 2) - ChipFrame.OverheadWords;

    public long TransferCount { get; private set; }

    /// <summary>Bytes on the wire, one direction.</summary>
    public long ByteCount { get; private set; }

    /// <summary>Transfers that had to be tried again.</summary>
    public long ErrorCount { get; private set; }

    /// <summary>Whether a reset of the chip is an error; not before it has been greeted.</summary>
    public bool NoticesReset { get; set; }

    public void Dispose() => device.Dispose();

    /// <summary>Takes words, in as many transfers as they need.</summary>
    /// <exception cref="BarrelException">BRL5003 to BRL5006; the internal <see cref="ChipErrors.WasReset"/>.</exception>
    public void Read(uint address, Span<ushort> words)
    {
        for (int done = 0; done < words.Length; done += WordsMax)
            Exchange(0, [], address + (uint)done, words[done..Math.Min(words.Length, done + WordsMax)]);
    }

    /// <summary>Gives words, in as many transfers as they need.</summary>
    /// <exception cref="BarrelException">As for <see cref="Read"/>.</exception>
    public void Write(uint address, ReadOnlySpan<ushort> words)
    {
        for (int done = 0; done < words.Length; done += WordsMax)
            Exchange(address + (uint)done, words[done..Math.Min(words.Length, done + WordsMax)], 0, []);
    }

    /// <summary>Gives words, then takes words, in one transfer where they fit.</summary>
    /// <exception cref="BarrelException">As for <see cref="Read"/>.</exception>
    public void WriteThenRead(uint writeAddress, ReadOnlySpan<ushort> words, uint readAddress, Span<ushort> result)
    {
        if (words.Length + result.Length <= WordsMax)
        {
            Exchange(writeAddress, words, readAddress, result);
            return;
        }

        Write(writeAddress, words);
        Read(readAddress, result);
    }

    private void Exchange(uint writeAddress, ReadOnlySpan<ushort> words, uint readAddress, Span<ushort> result)
    {
        long started = Stopwatch.GetTimestamp();
        int bytes = ChipFrame.BytesOf(words.Length, result.Length);
        Span<byte> request = sent.AsSpan(0, bytes), answer = received.AsSpan(0, bytes);
        for (int tries = 0; ;)
        {
            // Each try has its own number: an answer to the one before is not taken for its own.
            ChipFrame.WriteRequest(request, ++sequence, writeAddress, words, readAddress, result.Length);
            ChipAnswer outcome = Transfer(request, answer, words.Length, result, out bool wasReset, out Exception? failure);
            if (outcome == ChipAnswer.Done)
            {
                if (wasReset && NoticesReset)
                    throw new BarrelException(ChipErrors.WasReset, "the chip was reset");
                return;
            }

            if (outcome == ChipAnswer.Refused)
                throw new BarrelException(
                    ChipErrors.Refused, $"the chip refuses {words.Length} words to {writeAddress:X8} and {result.Length} from {readAddress:X8}; is it what the board's file says?");

            // A busy chip may be asked as long as there is time; a bad line only so often.
            if (outcome != ChipAnswer.Busy)
            {
                ErrorCount++;
                tries++;
            }

            if (tries > chip.Retries || Stopwatch.GetElapsedTime(started).TotalMilliseconds >= chip.TimeoutMs)
                throw GivenUp(outcome, tries, failure);
            if (outcome == ChipAnswer.Busy)
                Thread.Sleep(1);
        }
    }

    private ChipAnswer Transfer(
        ReadOnlySpan<byte> request, Span<byte> answer, int writtenWords, Span<ushort> result, out bool wasReset, out Exception? failure)
    {
        failure = null;
        wasReset = false;
        TransferCount++;
        ByteCount += request.Length;
        try
        {
            device.TransferFullDuplex(request, answer);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            failure = e;
            return ChipAnswer.None;
        }

        return ChipFrame.ReadAnswer(request, answer, writtenWords, result, out wasReset);
    }

    private BarrelException GivenUp(ChipAnswer outcome, int tries, Exception? failure)
    {
        string limits = $"given up after {tries} tries; the board's file allows {chip.Retries} more than one, and {chip.TimeoutMs} ms";
        return outcome switch
        {
            ChipAnswer.Busy => new BarrelException(ChipErrors.Hangs, $"the chip has been busy for {chip.TimeoutMs} ms and was given up; reset it"),
            ChipAnswer.None when failure is not null => new BarrelException(ChipErrors.NoAnswer, $"the SPI device fails: {failure.Message.TrimEnd('.')}; {limits}", failure),
            ChipAnswer.None => new BarrelException(ChipErrors.NoAnswer, $"no chip answers; {limits}; check power, wiring and chip select"),
            _ => new BarrelException(ChipErrors.Damaged, $"transfers keep coming damaged; {limits}; try a lower spi.clockHz or shorter wires"),
        };
    }
}
