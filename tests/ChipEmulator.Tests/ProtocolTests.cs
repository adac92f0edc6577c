using Barrel.Boards;

namespace Barrel.ChipEmulator.Tests;

/// <summary>The emulator's frames against the document's text.</summary>
[TestClass]
public class ProtocolTests
{
    private const int Ok = 0;
    private const int BadCheck = 1;
    private const int BadFrame = 2;
    private const int BadAddress = 3;
    private const int ReadOnly = 4;
    private const int Busy = 5;

    [TestMethod]
    public void Check_is_that_of_the_catalogue() => Assert.AreEqual(0x29B1, Frame.Check("123456789"u8));

    [TestMethod]
    public void Identity_and_geometry_are_those_of_the_board()
    {
        foreach (string board in (string[])["tdnn-sram-65nm", "tdnn-reram-blueprint"])
        {
            BoardChip geometry = Bench.Shipped(board);
            Bench bench = new(new EmulatedChip(geometry, serial: 0x12345678));
            ushort[] expected =
            [
                0x5444, 1, (ushort)(geometry.IsReram ? 2 : 1), 0x1234, 0x5678,
                (ushort)(geometry.Segments >> 16), (ushort)geometry.Segments, 64, (ushort)(geometry.InputBits / 16), 12,
            ];
            CollectionAssert.AreEqual(expected, bench.Read(Frame.Id, 10), board);
        }
    }

    [TestMethod]
    public void Reset_is_told_until_it_is_cleared()
    {
        Bench bench = new(new EmulatedChip(Bench.Geometry()));
        for (int power = 0; power < 2; power++)
        {
            Assert.IsTrue(bench.Ask(0, [], 0, 1).IsReset);
            Assert.AreEqual(0x8000, bench.Read(Frame.Status));
            Assert.IsFalse(bench.Ask(Frame.Control, [Frame.Clear], 0, 0).IsReset);
            Assert.AreEqual(0, bench.Read(Frame.Control), "CLEAR reads as 0");
            Assert.IsFalse(bench.Ask(0, [], 0, 1).IsReset);
            Assert.AreEqual(0, bench.Read(Frame.Status));
            bench.Chip.Reset();
        }
    }

    [TestMethod]
    public void Power_up_clears_registers_and_SRAM_but_not_ReRAM()
    {
        foreach (string kind in (string[])["sram", "reram"])
        {
            Bench bench = new(new EmulatedChip(Bench.Geometry(kind)));
            bench.Write(Frame.Scratch, 0xBEEF);
            bench.Write(Frame.Weights, 0x1234, 0x5678);
            bench.Write(Frame.Input, 0xFFFF);
            bench.Write(Frame.Config, 0x9001);
            bench.Write(Frame.Control, Frame.Start | Frame.Auto);
            CollectionAssert.AreEqual(new ushort[] { 0x1234, 0x5678 }, bench.Read(Frame.Weights, 2), kind);
            bench.Chip.Reset();
            foreach (uint address in (uint[])[Frame.Scratch, Frame.Input, Frame.Config, Frame.Control, Frame.Evaluations, Frame.Margin])
                Assert.AreEqual(0, bench.Read(address), $"{kind} {address:X}");
            CollectionAssert.AreEqual(kind == "sram" ? new ushort[2] : [0x1234, 0x5678], bench.Read(Frame.Weights, 2), kind);
            bench.Write(Frame.Control, Frame.Start);
            Assert.AreEqual(0, bench.Read(Frame.Margin), "its chains are gone too");
        }
    }

    [TestMethod]
    public void What_is_written_reads_back_and_no_more_than_that_changes()
    {
        Bench bench = new(new EmulatedChip(Bench.Geometry(segmentPes: 48, segments: 20, banks: 5)));
        Random random = new(7);
        (uint Address, int Words)[] areas = [(Frame.Input, 15), (Frame.Config, 20), (Frame.Weights, 60)];
        ushort[][] held = [.. areas.Select(a => new ushort[a.Words])];
        for (int round = 0; round < 300; round++)
        {
            int area = random.Next(areas.Length);
            int first = random.Next(areas[area].Words);
            ushort[] words = new ushort[random.Next(1, areas[area].Words - first + 1)];
            for (int i = 0; i < words.Length; i++)
                words[i] = held[area][first + i] = (ushort)random.Next(65536);
            bench.Write(areas[area].Address + (uint)first, words);
            for (int i = 0; i < areas.Length; i++)
                CollectionAssert.AreEqual(held[i], bench.Read(areas[i].Address, areas[i].Words));
        }
    }

    [TestMethod]
    public void Exchange_writes_evaluates_and_reads_in_one_transfer()
    {
        Bench bench = new(new EmulatedChip(Bench.Geometry()));
        bench.Write(Frame.Config, 0x8500, 0x8301); // Segment 0: five PEs of bank 0; segment 1: three of bank 1.
        bench.Write(Frame.Control, Frame.Auto);
        Assert.AreEqual(Frame.Auto, bench.Read(Frame.Control));
        Answer answer = bench.Ask(Frame.Input, [0b11110, 0b001], Frame.Output, 2);
        Assert.AreEqual(Ok, answer.Code);
        CollectionAssert.AreEqual(new ushort[] { 0b01, 0 }, answer.Data, "−3 and +1");
        CollectionAssert.AreEqual(new ushort[] { 0xFFFD, 1, 0 }, bench.Read(Frame.Margin, 3));
        Assert.AreEqual(1, bench.Read(Frame.Evaluations));

        bench.Write(Frame.Control, 0);
        CollectionAssert.AreEqual(new ushort[] { 0b01 }, bench.Ask(Frame.Input, [0], Frame.Output, 1).Data, "without AUTO nothing is evaluated");
        CollectionAssert.AreEqual(new ushort[] { 0 }, bench.Ask(Frame.Control, [Frame.Start], Frame.Output, 1).Data);
        Assert.AreEqual(2, bench.Read(Frame.Evaluations));
        Assert.AreEqual(2, bench.Chip.EvaluationCount);
        Assert.AreEqual(0, bench.Read(Frame.Control), "START reads as 0");
    }

    [TestMethod]
    public void Words_outside_are_refused_whole()
    {
        Bench bench = new(new EmulatedChip(Bench.Geometry()));
        foreach (uint address in (uint[])[0xA, 0xF, 0x16, 0xFFFF, Frame.Input + 8, Frame.Output + 2, Frame.Margin + 32, Frame.Config + 32, Frame.Weights + 32, 0xFFFF_FFFF])
        {
            Assert.AreEqual(BadAddress, bench.Ask(0, [], address, 1).Code, $"read {address:X}");
            Assert.AreEqual(BadAddress, bench.Ask(0, [], address - 1, 2).Code, $"read {address:X} and the word before");
            Assert.AreEqual(BadAddress, bench.Ask(address, [1], 0, 0).Code, $"write {address:X}");
        }

        Assert.AreEqual(BadAddress, bench.Ask(Frame.Input + 7, [1, 1], 0, 0).Code);
        Assert.AreEqual(0, bench.Read(Frame.Input + 7), "the part that exists is not written either");
        Assert.AreEqual(BadAddress, bench.Ask(Frame.Scratch, [1], 0xA, 1).Code);
        Assert.AreEqual(0, bench.Read(Frame.Scratch), "nothing is written where the read is refused");
        Assert.AreEqual(BadAddress, new Bench(new EmulatedChip(Bench.Geometry(marginBits: 0))).Ask(0, [], Frame.Margin, 1).Code, "no converter");
        Assert.AreEqual(Ok, bench.Ask(0xFFFF, [], 0xFFFF, 0).Code, "no words, so none outside");
    }

    [TestMethod]
    public void Read_only_words_stay_what_they_are()
    {
        Bench bench = new(new EmulatedChip(Bench.Geometry()));
        uint[] readOnly = [.. Enumerable.Range(0, 10).Select(a => (uint)a), Frame.Status, Frame.CheckErrors, Frame.FrameErrors, Frame.Evaluations, Frame.Output, Frame.Margin];
        foreach (uint address in readOnly)
        {
            Answer answer = bench.Ask(address, [0x1111], Frame.Id, 1);
            Assert.AreEqual(ReadOnly, answer.Code, $"{address:X}");
            Assert.AreEqual(0, answer.Data[0], "data is 0 where the code is not");
            Assert.AreNotEqual(0x1111, bench.Read(address));
        }

        Assert.AreEqual(ReadOnly, bench.Ask(Frame.Scratch, [0x2222, 0x2222], 0, 0).Code, "the second word is read-only");
        Assert.AreEqual(0, bench.Read(Frame.Scratch));
        Assert.AreEqual(readOnly.Length + 1, bench.Read(Frame.FrameErrors));
    }

    [TestMethod]
    public void Busy_chip_does_nothing()
    {
        Bench bench = new(new EmulatedChip(Bench.Geometry()));
        bench.Chip.BusyRequests = 2;
        for (int i = 0; i < 2; i++)
        {
            Answer answer = bench.Ask(Frame.Scratch, [5], Frame.Id, 1);
            Assert.AreEqual(Busy, answer.Code);
            Assert.IsTrue(answer.IsBusy);
            Assert.AreEqual(0, answer.Data[0]);
        }

        Answer ready = bench.Ask(0, [], Frame.Scratch, 1);
        Assert.AreEqual(Ok, ready.Code);
        Assert.IsFalse(ready.IsBusy);
        Assert.AreEqual(0, ready.Data[0]);
    }

    [TestMethod]
    public void Every_wrong_bit_of_a_request_is_noticed()
    {
        EmulatedChip chip = new(Bench.Geometry());
        Bench bench = new(chip);
        byte[] good = Frame.Request(0x33, Frame.Scratch, [0xCAFE, 0], 0, 3);
        byte[] received = new byte[good.Length];
        int answered = 0;
        for (int bit = 0; bit < 8 * 20; bit++)
        {
            byte[] sent = [.. good];
            sent[bit / 8] ^= (byte)(0x80 >> (bit % 8));
            chip.Transfer(sent, received);
            Assert.AreNotEqual(Ok, (Frame.Word(received, 12) & 15) | (Frame.Word(received, 12) == 0 ? 15 : 0), $"bit {bit}");
            if (bit is < 16 or >= 32)
            {
                Assert.AreEqual(0x20 | 0x80 | BadCheck, Frame.Word(received, 12) & 0xFF, $"bit {bit}");
                answered++;
            }

            if (bit < 8)
                Assert.AreEqual(sent[0], Frame.Word(received, 12) >> 8, "the sequence number as received");
        }

        Assert.AreEqual(0, bench.Read(Frame.Scratch));
        int checkErrors = bench.Read(Frame.CheckErrors);
        int frameErrors = bench.Read(Frame.FrameErrors);
        Assert.IsGreaterThanOrEqualTo(answered, checkErrors);
        Assert.AreEqual(160, checkErrors + frameErrors);
    }

    [TestMethod]
    public void Frames_that_do_not_fit_are_refused()
    {
        EmulatedChip chip = new(Bench.Geometry());
        Bench bench = new(chip);
        byte[] good = Frame.Request(1, Frame.Scratch, [0xCAFE], 0, 4);

        byte[] unmarked = [.. good];
        unmarked[1] = 0x5A;
        Frame.SetWord(unmarked, 8, Frame.Check(unmarked.AsSpan(0, 16)));
        byte[] received = new byte[good.Length];
        chip.Transfer(unmarked, received);
        Assert.AreEqual(BadFrame, Frame.Decode(unmarked, received).Code);
        Assert.IsTrue(Frame.Decode(unmarked, received).Holds);

        for (int length = 0; length < good.Length + 40; length++)
        {
            if (length == good.Length)
                continue;
            byte[] sent = new byte[length];
            good.AsSpan(0, Math.Min(length, good.Length)).CopyTo(sent);
            byte[] answer = new byte[length];
            chip.Transfer(sent, answer);
            int status = length >= 24 ? Frame.Word(answer, 11) & 0xFF : 0;
            Assert.AreEqual(length >= 24 ? 0x20 | 0x80 | BadFrame : 0, status, $"{length} bytes");
        }

        Assert.AreEqual(0, bench.Read(Frame.Scratch));
        Assert.AreEqual(1 + (good.Length - 2) + 39, bench.Read(Frame.FrameErrors), "all but empty ones and half a word");
    }
}
