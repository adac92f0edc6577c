using System;
using System.Threading;
using Barrel.Runtime;

namespace Barrel.Host.Chip
{
    /// <summary>How long and how often a chip is asked.</summary>
    internal sealed class LinkLimits
    {
        /// <summary>Longest transfer, bytes.</summary>
        public int TransferBytesMax;

        /// <summary>Tries of a transfer after the first.</summary>
        public int Retries;

        /// <summary>Longest time for a transfer with all its tries, and for a busy chip.</summary>
        public int TimeoutMs;
    }

    /// <summary>
    /// Reads and writes a chip's words over a line that a derived class has. Transfers that fail are tried again, so often and so long as the limits say; what
    /// comes back is right or an error says what is wrong. After the first transfers nothing is allocated.
    /// </summary>
    internal abstract class ChipLink : IDisposable
    {
        private readonly LinkLimits limits;
        private readonly byte[] sent;
        private readonly byte[] received;
        private readonly ChipRequest request = new ChipRequest();
        private int sequence;

        protected ChipLink(LinkLimits limits)
        {
            this.limits = limits;
            sent = new byte[limits.TransferBytesMax];
            received = new byte[limits.TransferBytesMax];
        }

        /// <summary>Words that one transfer can write and read, together.</summary>
        public int WordsMax
        {
            get { return (limits.TransferBytesMax >> 1) - ChipFrame.OverheadWords; }
        }

        public long TransferCount { get; private set; }

        /// <summary>Bytes on the wire, one direction.</summary>
        public long ByteCount { get; private set; }

        /// <summary>Transfers that had to be tried again.</summary>
        public long ErrorCount { get; private set; }

        /// <summary>Whether a reset of the chip is an error; not before it has been greeted.</summary>
        public bool NoticesReset { get; set; }

        public abstract void Dispose();

        /// <summary>Takes words, in as many transfers as they need.</summary>
        /// <exception cref="BarrelException">BRL5003 to BRL5006; the internal <see cref="ChipErrors.WasReset"/>.</exception>
        public void Read(int address, ushort[] words)
        {
            Read(address, words, 0, words.Length);
        }

        /// <summary>Takes so many words, to an array from a place on.</summary>
        /// <exception cref="BarrelException">As for the other.</exception>
        public void Read(int address, ushort[] words, int first, int count)
        {
            for (int done = 0; done < count; done += WordsMax)
            {
                AskNothing();
                request.ReadAddress = address + done;
                request.Result = words;
                request.FirstResult = first + done;
                request.ResultCount = count - done < WordsMax ? count - done : WordsMax;
                Exchange();
            }
        }

        /// <summary>Gives words, in as many transfers as they need.</summary>
        /// <exception cref="BarrelException">As for <see cref="Read(int, ushort[])"/>.</exception>
        public void Write(int address, ushort[] words)
        {
            Write(address, words, 0, words.Length);
        }

        /// <summary>Gives so many words of an array from a place on.</summary>
        /// <exception cref="BarrelException">As for <see cref="Read(int, ushort[])"/>.</exception>
        public void Write(int address, ushort[] words, int first, int count)
        {
            for (int done = 0; done < count; done += WordsMax)
            {
                AskNothing();
                request.WriteAddress = address + done;
                request.Words = words;
                request.FirstWord = first + done;
                request.WordCount = count - done < WordsMax ? count - done : WordsMax;
                Exchange();
            }
        }

        /// <summary>Gives the first words of an array, then takes the first of another, in one transfer where they fit.</summary>
        /// <exception cref="BarrelException">As for <see cref="Read(int, ushort[])"/>.</exception>
        public void WriteThenRead(int writeAddress, ushort[] words, int wordCount, int readAddress, ushort[] result, int resultCount)
        {
            if (wordCount + resultCount > WordsMax)
            {
                Write(writeAddress, words, 0, wordCount);
                Read(readAddress, result, 0, resultCount);
                return;
            }

            AskNothing();
            request.WriteAddress = writeAddress;
            request.Words = words;
            request.WordCount = wordCount;
            request.ReadAddress = readAddress;
            request.Result = result;
            request.ResultCount = resultCount;
            Exchange();
        }

        /// <summary>Sends so many bytes and takes as many at the same time.</summary>
        /// <returns>Null, or why the device does not.</returns>
        protected abstract string? Transfer(byte[] sent, byte[] received, int count);

        private void AskNothing()
        {
            request.WriteAddress = 0;
            request.Words = null;
            request.FirstWord = 0;
            request.WordCount = 0;
            request.ReadAddress = 0;
            request.Result = null;
            request.FirstResult = 0;
            request.ResultCount = 0;
        }

        private void Exchange()
        {
            long started = Environment.TickCount64;
            int bytes = ChipFrame.BytesOf(request.WordCount, request.ResultCount);
            int tries = 0;
            while (true)
            {
                // Each try has its own number: an answer to the one before is not taken for its own.
                sequence = (sequence + 1) & 0xFF;
                ChipFrame.WriteRequest(sent, sequence, request);
                TransferCount++;
                ByteCount += bytes;
                bool wasReset = false;
                string? failure = Transfer(sent, received, bytes);
                ChipAnswer outcome = failure != null ? ChipAnswer.None : ChipFrame.ReadAnswer(sent, received, request, out wasReset);
                if (outcome == ChipAnswer.Done)
                {
                    if (wasReset && NoticesReset)
                        throw new BarrelException(ChipErrors.WasReset, "the chip was reset");
                    return;
                }

                if (outcome == ChipAnswer.Refused)
                    throw new BarrelException(
                        ChipErrors.Refused,
                        "the chip refuses " + request.WordCount + " words to " + request.WriteAddress.ToString("X8") + " and " + request.ResultCount + " from "
                        + request.ReadAddress.ToString("X8") + "; is it what the board's file says?");

                // A busy chip may be asked as long as there is time; a bad line only so often.
                if (outcome != ChipAnswer.Busy)
                {
                    ErrorCount++;
                    tries++;
                }

                if (tries > limits.Retries || Environment.TickCount64 - started >= limits.TimeoutMs)
                    throw GivenUp(outcome, tries, failure);
                if (outcome == ChipAnswer.Busy)
                    Thread.Sleep(1);
            }
        }

        private BarrelException GivenUp(ChipAnswer outcome, int tries, string? failure)
        {
            string allowed = "given up after " + tries + " tries; the board's file allows " + limits.Retries + " more than one, and " + limits.TimeoutMs + " ms";
            if (outcome == ChipAnswer.Busy)
                return new BarrelException(ChipErrors.Hangs, "the chip has been busy for " + limits.TimeoutMs + " ms and was given up; reset it");
            if (failure != null)
                return new BarrelException(ChipErrors.NoAnswer, "the SPI device fails: " + failure + "; " + allowed);
            if (outcome == ChipAnswer.None)
                return new BarrelException(ChipErrors.NoAnswer, "no chip answers; " + allowed + "; check power, wiring and chip select");
            return new BarrelException(ChipErrors.Damaged, "transfers keep coming damaged; " + allowed + "; try a lower spi.clockHz or shorter wires");
        }
    }
}
