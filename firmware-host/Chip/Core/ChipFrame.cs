using System;

namespace Barrel.Host.Chip
{
    /// <summary>What an answer turned out to be.</summary>
    internal enum ChipAnswer
    {
        Done,

        /// <summary>No frame at all: the line is stuck, or nobody is there.</summary>
        None,

        /// <summary>A frame whose check does not hold, or that answers another request.</summary>
        Damaged,

        /// <summary>The chip could not read the request.</summary>
        NotUnderstood,

        Busy,

        /// <summary>An address that is not there or not writable.</summary>
        Refused,
    }

    /// <summary>Words that go to the chip, and then words that come from it, in one transfer.</summary>
    internal sealed class ChipRequest
    {
        /// <summary>Where the chip takes words.</summary>
        public int WriteAddress;

        /// <summary>Holds the words that are written; null where none are.</summary>
        public ushort[]? Words;

        /// <summary>The first of them.</summary>
        public int FirstWord;

        public int WordCount;

        /// <summary>Where words are read.</summary>
        public int ReadAddress;

        /// <summary>Takes the words that are read; null where none are.</summary>
        public ushort[]? Result;

        /// <summary>Where the first of them goes.</summary>
        public int FirstResult;

        public int ResultCount;
    }

    /// <summary>The frames of <c>boards/tdnn-link.md</c>: a request and its answer in one transfer. Nothing here allocates.</summary>
    internal static class ChipFrame
    {
        /// <summary>Words of a transfer beside those that are written and read.</summary>
        public const int OverheadWords = 12;

        private const int HeaderWords = 7;
        private const int WaitWords = 2;
        private const int Marker = 0xA5;
        private const int StatusReset = 0x80;
        private const int StatusBusy = 0x40;
        private const int StatusFixedMask = 0x30;
        private const int StatusFixed = 0x20;
        private const int StatusCodeMask = 0x0F;
        private const int CheckStart = 0xFFFF;
        private const int CheckPolynomial = 0x1021;

        private static readonly ushort[] CheckTable = MakeCheckTable();

        /// <summary>Bytes of a transfer that writes and reads so many words.</summary>
        public static int BytesOf(int written, int read)
        {
            return (OverheadWords + written + read) << 1;
        }

        /// <summary>Fills the first bytes of a buffer with a request and zeros for its answer.</summary>
        /// <param name="sent">Of at least <see cref="BytesOf"/>.</param>
        /// <param name="sequence">Number of the request, 0 to 255.</param>
        /// <param name="request">What it asks.</param>
        public static void WriteRequest(byte[] sent, int sequence, ChipRequest request)
        {
            Array.Clear(sent, 0, BytesOf(request.WordCount, request.ResultCount));
            sent[0] = (byte)sequence;
            sent[1] = Marker;
            Put(sent, 2, request.WordCount);
            Put(sent, 4, request.WriteAddress >> 16);
            Put(sent, 6, request.WriteAddress);
            Put(sent, 8, request.ResultCount);
            Put(sent, 10, request.ReadAddress >> 16);
            Put(sent, 12, request.ReadAddress);
            int at = HeaderWords << 1;
            for (int i = 0; i < request.WordCount; i++)
            {
                Put(sent, at, request.Words![request.FirstWord + i]);
                at += 2;
            }

            Put(sent, at, CheckOf(CheckStart, sent, 0, at));
        }

        /// <summary>Looks at the answer to a request; the words that were read are copied only where all of it is right.</summary>
        /// <param name="sent">The request as it was sent.</param>
        /// <param name="received">What came while it was sent.</param>
        /// <param name="request">Takes the words that it asked for.</param>
        /// <param name="wasReset">Whether the chip says that it has been reset.</param>
        public static ChipAnswer ReadAnswer(byte[] sent, byte[] received, ChipRequest request, out bool wasReset)
        {
            wasReset = false;
            int checkAt = (HeaderWords + request.WordCount) << 1;
            int at = checkAt + ((1 + WaitWords) << 1);
            int status = received[at + 1];
            if ((status & StatusFixedMask) != StatusFixed)
                return ChipAnswer.None;
            int end = at + ((1 + request.ResultCount) << 1);
            int check = CheckOf(CheckOf(CheckStart, sent, checkAt, checkAt + 2), received, at, end);
            if (WordAt(received, end) != check)
                return ChipAnswer.Damaged;
            bool isOwn = received[at] == sent[0];
            switch (status & StatusCodeMask)
            {
                case 0:
                    break;
                case 1:
                case 2:
                    return ChipAnswer.NotUnderstood;
                case 5:
                    return isOwn ? ChipAnswer.Busy : ChipAnswer.Damaged;
                default:
                    return isOwn ? ChipAnswer.Refused : ChipAnswer.Damaged;
            }

            if (!isOwn)
                return ChipAnswer.Damaged;
            if ((status & StatusBusy) != 0)
                return ChipAnswer.Busy;
            wasReset = (status & StatusReset) != 0;
            for (int i = 0; i < request.ResultCount; i++)
            {
                at += 2;
                request.Result![request.FirstResult + i] = (ushort)WordAt(received, at);
            }

            return ChipAnswer.Done;
        }

        private static void Put(byte[] bytes, int at, int word)
        {
            bytes[at] = (byte)(word >> 8);
            bytes[at + 1] = (byte)word;
        }

        private static int WordAt(byte[] bytes, int at)
        {
            return (bytes[at] << 8) | bytes[at + 1];
        }

        private static int CheckOf(int check, byte[] bytes, int first, int end)
        {
            ushort[] table = CheckTable;
            for (int i = first; i < end; i++)
                check = ((check << 8) & 0xFFFF) ^ table[(check >> 8) ^ bytes[i]];
            return check;
        }

        private static ushort[] MakeCheckTable()
        {
            ushort[] table = new ushort[256];
            for (int i = 0; i < table.Length; i++)
            {
                int check = i << 8;
                for (int bit = 0; bit < 8; bit++)
                    check = (check << 1) ^ ((check & 0x8000) != 0 ? CheckPolynomial : 0);
                table[i] = (ushort)check;
            }

            return table;
        }
    }
}
