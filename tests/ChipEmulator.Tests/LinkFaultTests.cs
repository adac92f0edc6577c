namespace Barrel.ChipEmulator.Tests;

/// <summary>A host that believes an answer only as far as the document allows never believes a wrong one.</summary>
[TestClass]
public class LinkFaultTests
{
    [TestMethod]
    [DataRow(1e-3, 0, 0)]
    [DataRow(1e-2, 0, 0)]
    [DataRow(0, 0.1, 0)]
    [DataRow(0, 0, 0.2)]
    [DataRow(1e-3, 0.05, 0.05)]
    public void Nothing_wrong_is_believed(double bitErrors, double drops, double repeats)
    {
        EmulatedSpiDevice device = new(new EmulatedChip(Bench.Geometry()))
        {
            LinkFaults = new LinkFaults { BitErrorRate = bitErrors, DropRate = drops, RepeatRate = repeats, Seed = 1 },
        };
        int refused = 0;
        for (int value = 0; value < 20_000; value++)
        {
            // Each request writes another word and reads it back with a constant beside it.
            byte[] sent = Frame.Request(value & 0xFF, Frame.Scratch, [(ushort)value], Frame.Control, 2);
            while (true)
            {
                byte[] received = new byte[sent.Length];
                device.TransferFullDuplex(sent, received);
                if (Believed(sent, received) is { } data)
                {
                    CollectionAssert.AreEqual(new ushort[] { 0, (ushort)value }, data);
                    break;
                }

                refused++;
            }
        }

        Assert.AreEqual(20_000 + refused, device.Transfers);
        // Bits that count: the request's 72 ... 144 and the answer's 64; a repeated frame hurts where it is an old answer.
        double broken = 1 - (Math.Pow(1 - bitErrors, 144 + 64) * (1 - drops) * (1 - (repeats / 2)));
        double expected = 20_000 * broken / (1 - broken);
        Assert.AreEqual(expected, refused, 0.1 * expected + 1);
    }

    [TestMethod]
    public void Equal_seeds_break_the_same_transfers()
    {
        string[] runs = [.. new[] { 1, 1, 2 }.Select(seed =>
        {
            EmulatedSpiDevice device = new(new EmulatedChip(Bench.Geometry()))
            {
                LinkFaults = new LinkFaults { BitErrorRate = 1e-3, DropRate = 0.1, RepeatRate = 0.1, Seed = seed },
            };
            return string.Concat(Enumerable.Range(0, 500).Select(_ => Ask(device) is null ? "x" : "."));
        })];
        Assert.AreEqual(runs[0], runs[1]);
        Assert.AreNotEqual(runs[0], runs[2]);
    }

    [TestMethod]
    [DataRow(0.01)]
    [DataRow(0.2)]
    [DataRow(0.9)]
    public void Bits_break_at_their_rate(double rate)
    {
        EmulatedSpiDevice device = new(new EmulatedChip(Bench.Geometry())) { LinkFaults = new LinkFaults { BitErrorRate = rate, Seed = 3 } };
        byte[] received = new byte[4096];
        int wrong = 0;
        for (int i = 0; i < 100; i++)
        {
            // n does not fit, so that the chip itself sends hardly anything but zeros.
            received.AsSpan().Fill(0xFF);
            device.TransferFullDuplex(received, received);
            wrong += received.Sum(b => byte.PopCount(b));
        }

        const int bits = 100 * 8 * 4096;
        Assert.AreEqual(rate * bits, wrong, 5 * Math.Sqrt(rate * (1 - rate) * bits), "five standard deviations");
    }

    [TestMethod]
    public void Chip_that_resets_says_so_once_it_was_told_to_forget()
    {
        EmulatedSpiDevice device = new(new EmulatedChip(Bench.Geometry())) { LinkFaults = new LinkFaults { ResetAtTransfer = 5 } };
        string flags = "";
        for (int transfer = 0; transfer < 9; transfer++)
        {
            byte[] sent = Frame.Request(transfer, Frame.Control, transfer == 1 ? [Frame.Clear] : [], 0, 0);
            byte[] received = new byte[sent.Length];
            device.TransferFullDuplex(sent, received);
            flags += Frame.Decode(sent, received).IsReset ? "r" : ".";
        }

        Assert.AreEqual("r....rrrr", flags);
    }

    [TestMethod]
    public void Chip_that_hangs_is_busy_for_ever()
    {
        EmulatedSpiDevice device = new(new EmulatedChip(Bench.Geometry())) { LinkFaults = new LinkFaults { HangAtTransfer = 3 } };
        for (int transfer = 0; transfer < 50; transfer++)
        {
            byte[] sent = Frame.Request(transfer, 0, [], Frame.Id, 1);
            byte[] received = new byte[sent.Length];
            device.TransferFullDuplex(sent, received);
            Answer answer = Frame.Decode(sent, received);
            Assert.IsTrue(answer.Holds);
            Assert.AreEqual(transfer >= 3, answer.IsBusy);
            Assert.AreEqual(transfer >= 3 ? 5 : 0, answer.Code);
            Assert.AreEqual(transfer >= 3 ? 0 : 0x5444, answer.Data[0]);
        }
    }

    [TestMethod]
    public void Unplugged_chip_reads_as_ones_and_does_nothing()
    {
        EmulatedChip chip = new(Bench.Geometry());
        EmulatedSpiDevice device = new(chip) { LinkFaults = new LinkFaults { UnplugAtTransfer = 2 } };
        byte[] sent = Frame.Request(1, Frame.Control, [Frame.Start], Frame.Id, 4);
        for (int transfer = 0; transfer < 6; transfer++)
        {
            byte[] received = new byte[sent.Length];
            device.TransferFullDuplex(sent, received);
            Assert.AreEqual(transfer < 2, Believed(sent, received) is not null);
            Assert.AreEqual(transfer >= 2, received.All(b => b == 0xFF));
        }

        Assert.AreEqual(2, chip.EvaluationCount);
    }

    [TestMethod]
    public void Halves_of_a_transfer_are_transfers()
    {
        EmulatedChip chip = new(Bench.Geometry());
        EmulatedSpiDevice device = new(chip);
        device.Write(Frame.Request(1, Frame.Scratch, [0x77], 0, 0));
        byte[] received = [.. Enumerable.Repeat((byte)0xAA, 24)];
        device.Read(received);
        Assert.AreEqual(2, device.Transfers);
        Assert.AreEqual(0x77, new Bench(chip).Read(Frame.Scratch));
        Assert.AreEqual(1, new Bench(chip).Read(Frame.CheckErrors), "a request of zeros has a wrong check");
        Assert.AreEqual(0x00A1, Frame.Word(received, 10));
    }

    [TestMethod]
    public void Rates_out_of_range_are_refused()
    {
        EmulatedSpiDevice device = new(new EmulatedChip(Bench.Geometry()));
        foreach (LinkFaults faults in (LinkFaults[])[new() { BitErrorRate = -0.1 }, new() { DropRate = 1.1 }, new() { RepeatRate = 2 }])
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => device.LinkFaults = faults);
    }

    private static ushort[]? Ask(EmulatedSpiDevice device)
    {
        byte[] sent = Frame.Request(7, 0, [], Frame.Id, 4);
        byte[] received = new byte[sent.Length];
        device.TransferFullDuplex(sent, received);
        return Believed(sent, received);
    }

    /// <summary>The data of an answer that has the right sequence number, status and check; else null.</summary>
    private static ushort[]? Believed(byte[] sent, byte[] received)
    {
        int n = Frame.Word(sent, 1);
        int m = Frame.Word(sent, 4);
        int status = Frame.Word(received, 10 + n);
        byte[] covered = [.. sent[(14 + (2 * n))..(16 + (2 * n))], .. received[(20 + (2 * n))..(22 + (2 * (n + m)))]];
        if (status >> 8 != sent[0] || (status & 0x3F) != 0x20 || Frame.Check(covered) != Frame.Word(received, 11 + n + m))
            return null;
        ushort[] data = new ushort[m];
        for (int i = 0; i < m; i++)
            data[i] = Frame.Word(received, 11 + n + i);
        return data;
    }
}
