using System.Buffers.Binary;

namespace Barrel.ChipEmulator.Tests;

/// <summary>A request put together by hand from the document's text; shares nothing with the emulator.</summary>
internal static class Frame
{
    public const uint Id = 0x0000_0000;
    public const uint Status = 0x0000_0010;
    public const uint Control = 0x0000_0011;
    public const uint Scratch = 0x0000_0012;
    public const uint CheckErrors = 0x0000_0013;
    public const uint FrameErrors = 0x0000_0014;
    public const uint Evaluations = 0x0000_0015;
    public const uint Input = 0x0001_0000;
    public const uint Output = 0x0002_0000;
    public const uint Margin = 0x0003_0000;
    public const uint Config = 0x0004_0000;
    public const uint Weights = 0x0010_0000;

    public const ushort Start = 0x0001;
    public const ushort Auto = 0x0002;
    public const ushort Clear = 0x8000;

    /// <summary>The bytes of a transfer that writes and reads.</summary>
    public static byte[] Request(int sequence, uint writeAddress, ushort[] data, uint readAddress, int readCount)
    {
        int n = data.Length;
        ushort[] words = new ushort[12 + n + readCount];
        words[0] = (ushort)((sequence << 8) | 0xA5);
        words[1] = (ushort)n;
        words[2] = (ushort)(writeAddress >> 16);
        words[3] = (ushort)writeAddress;
        words[4] = (ushort)readCount;
        words[5] = (ushort)(readAddress >> 16);
        words[6] = (ushort)readAddress;
        data.CopyTo(words, 7);
        byte[] bytes = Bytes(words);
        SetWord(bytes, 7 + n, Check(bytes.AsSpan(0, 14 + (2 * n))));
        return bytes;
    }

    /// <summary>Takes a transfer's two halves apart.</summary>
    public static Answer Decode(byte[] sent, byte[] received)
    {
        int n = Word(sent, 1);
        int m = Word(sent, 4);
        Assert.HasCount(2 * (12 + n + m), received);
        for (int i = 0; i < 10 + n; i++)
            Assert.AreEqual(0, Word(received, i), $"word {i}, before the answer");
        byte[] covered = [.. sent[(14 + (2 * n))..(16 + (2 * n))], .. received[(20 + (2 * n))..(22 + (2 * n) + (2 * m))]];
        bool holds = Check(covered) == Word(received, 11 + n + m);
        ushort[] data = new ushort[m];
        for (int i = 0; i < m; i++)
            data[i] = Word(received, 11 + n + i);
        return new Answer(Word(received, 10 + n) >> 8, Word(received, 10 + n) & 0xFF, data, holds);
    }

    /// <summary>CRC-16 bit by bit.</summary>
    public static ushort Check(ReadOnlySpan<byte> bytes)
    {
        int remainder = 0xFFFF;
        foreach (byte value in bytes)
        {
            for (int bit = 7; bit >= 0; bit--)
            {
                int feedback = ((remainder >> 15) ^ (value >> bit)) & 1;
                remainder = ((remainder << 1) & 0xFFFF) ^ (feedback * 0x1021);
            }
        }

        return (ushort)remainder;
    }

    public static byte[] Bytes(ReadOnlySpan<ushort> words)
    {
        byte[] bytes = new byte[2 * words.Length];
        for (int i = 0; i < words.Length; i++)
            SetWord(bytes, i, words[i]);
        return bytes;
    }

    public static ushort Word(ReadOnlySpan<byte> bytes, int index) => BinaryPrimitives.ReadUInt16BigEndian(bytes[(2 * index)..]);

    public static void SetWord(Span<byte> bytes, int index, int word) => BinaryPrimitives.WriteUInt16BigEndian(bytes[(2 * index)..], (ushort)word);
}

/// <summary>What a chip answered.</summary>
/// <param name="Holds">Whether its check is right.</param>
internal sealed record Answer(int Sequence, int Status, ushort[] Data, bool Holds)
{
    public int Code => Status & 15;

    public bool IsReset => (Status & 0x80) != 0;

    public bool IsBusy => (Status & 0x40) != 0;
}
