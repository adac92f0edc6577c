using Barrel.Boards;

namespace Barrel.ChipEmulator.Tests;

/// <summary>A chip on the bench, and a host that asks once and expects an answer.</summary>
internal sealed class Bench(EmulatedChip chip)
{
    private int sequence;

    public EmulatedChip Chip => chip;

    public static BoardChip Geometry(
        string kind = "sram", int segments = 32, int segmentPes = 16, int banks = 8, int marginBits = 16, long endurance = 0) => new()
        {
            Kind = kind,
            Segments = segments,
            SegmentPes = segmentPes,
            InputBits = banks * segmentPes,
            MarginBits = marginBits,
            TransferBytesMax = 4096,
            Retries = 0,
            TimeoutMs = 100,
            EnduranceCycles = endurance,
            OperationFj = 1,
            LinkBitPj = 1,
        };

    public static BoardChip Shipped(string board) => Barrel.Boards.Boards.Find(board).Chip!;

    /// <summary>One transfer; its check must hold and its sequence number be that of the request.</summary>
    public Answer Ask(uint writeAddress, ushort[] data, uint readAddress, int readCount)
    {
        sequence = (sequence + 1) & 0xFF;
        byte[] sent = Frame.Request(sequence, writeAddress, data, readAddress, readCount);
        byte[] received = new byte[sent.Length];
        chip.Transfer(sent, received);
        Answer answer = Frame.Decode(sent, received);
        Assert.IsTrue(answer.Holds, "the answer's check");
        Assert.AreEqual(sequence, answer.Sequence);
        Assert.AreEqual(0x20, answer.Status & 0x30, "bits 5 and 4 of the status");
        return answer;
    }

    /// <summary>Writes in transfers of at most 2,000 words; each must be OK.</summary>
    public void Write(uint address, params ushort[] data)
    {
        for (int done = 0; done < data.Length; done += 2000)
        {
            ushort[] part = data[done..Math.Min(data.Length, done + 2000)];
            Assert.AreEqual(0, Ask(address + (uint)done, part, 0, 0).Code);
        }
    }

    public ushort[] Read(uint address, int count)
    {
        ushort[] words = new ushort[count];
        for (int done = 0; done < count; done += 2000)
        {
            Answer answer = Ask(0, [], address + (uint)done, Math.Min(count - done, 2000));
            Assert.AreEqual(0, answer.Code);
            answer.Data.CopyTo(words, done);
        }

        return words;
    }

    public ushort Read(uint address) => Read(address, 1)[0];
}
