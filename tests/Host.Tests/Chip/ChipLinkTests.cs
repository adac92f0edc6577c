using System.Diagnostics;
using Barrel.Boards;
using Barrel.ChipEmulator;
using Barrel.Host.Chip;
using Barrel.Runtime;

namespace Barrel.Host.Tests.Chip;

/// <summary>The link gives right words or one clear error, in bounded time.</summary>
[TestClass]
public class ChipLinkTests
{
    private static readonly BoardChip Sram = Boards.Boards.Find("tdnn-sram-65nm").Chip!;

    [TestMethod]
    public void WordsComeBackAsTheyWentWhateverTheLineDoes()
    {
        LinkFaults faults = new() { BitErrorRate = 1e-4, DropRate = 0.02, RepeatRate = 0.02, Seed = 3 };
        using SpiLink link = new(new EmulatedSpiDevice(new EmulatedChip(Sram)) { LinkFaults = faults }, Sram);
        Random random = new(1);
        ushort[] written = new ushort[256], read = new ushort[256];
        for (int round = 0; round < 2000; round++)
        {
            int first = random.Next(256), count = random.Next(1, 257 - first);
            for (int i = first; i < first + count; i++)
                written[i] = (ushort)random.Next(65536);
            link.Write(ChipRegisters.Input + first, written, first, count);
            link.Read(ChipRegisters.Input, read);
            CollectionAssert.AreEqual(written, read, $"round {round}");
        }

        Assert.IsGreaterThan(300, link.ErrorCount);
    }

    /// <summary>Within the board's time and some for the last transfer; the bound is far from what any machine needs.</summary>
    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void AChipThatHangsOrIsGoneIsGivenUp(bool hangs)
    {
        LinkFaults faults = hangs ? new LinkFaults { HangAtTransfer = 3 } : new LinkFaults { UnplugAtTransfer = 3 };
        using SpiLink link = new(new EmulatedSpiDevice(new EmulatedChip(Sram)) { LinkFaults = faults }, Sram);
        long started = Stopwatch.GetTimestamp();
        BarrelException error = Assert.ThrowsExactly<BarrelException>(() =>
        {
            for (int i = 0; i < 10; i++)
                link.Read(ChipRegisters.Id, new ushort[4]);
        });
        Assert.AreEqual(hangs ? ChipErrors.Hangs : ChipErrors.NoAnswer, error.Code);
        Assert.IsLessThan(20 * Sram.TimeoutMs, Stopwatch.GetElapsedTime(started).TotalMilliseconds);
    }

    [TestMethod]
    public void TransfersStayWithinTheBoardsLimit()
    {
        foreach (int most in (int[])[64, 100, 1024, 4096])
        {
            BoardChip chip = Boards.BoardFile.Parse(System.Text.Encoding.UTF8.GetBytes(Json().Replace("\"transferBytesMax\": 1024", $"\"transferBytesMax\": {most}", StringComparison.Ordinal)), "test").Chip!;
            EmulatedSpiDevice device = new(new EmulatedChip(chip));
            using SpiLink link = new(device, chip);
            ushort[] words = new ushort[2048];
            link.Write(ChipRegisters.Weights, words);
            link.Read(ChipRegisters.Weights, words);
            Assert.AreEqual(2 * ((2048 + link.WordsMax - 1) / link.WordsMax), device.Transfers);
            Assert.IsLessThanOrEqualTo(most, link.ByteCount / device.Transfers);
        }
    }

    [TestMethod]
    public void AnotherChipIsRefused()
    {
        BoardChip reram = Boards.Boards.Find("tdnn-reram-blueprint").Chip!;
        BarrelException error = Assert.ThrowsExactly<BarrelException>(() => SpiLink.Greet(new EmulatedSpiDevice(new EmulatedChip(reram)), Sram));
        Assert.AreEqual(ChipErrors.WrongChip, error.Code);
        Random random = new(1);
        BoardChip small = PlacedModels.Chip(random);
        Model model = PlacedModels.Make(random, small);
        EmulatedChip emulated = new(Sram);
        using TdnnChip chip = SpiLink.Greet(new EmulatedSpiDevice(emulated), Sram);
        Assert.AreEqual(ChipErrors.WrongChip, Assert.ThrowsExactly<BarrelException>(() => chip.CheckPlacement(model.Placement!)).Code);
        Assert.AreEqual(0, emulated.EvaluationCount);
    }

    [TestMethod]
    public void WhatIsNoChipOfThisKindIsRefused()
    {
        BarrelException error = Assert.ThrowsExactly<BarrelException>(() => SpiLink.Greet(new Stranger(), Sram));
        Assert.AreEqual(ChipErrors.WrongChip, error.Code);
        Assert.Contains("BEEF", error.Message);
        Assert.Contains("5444", error.Message);
    }

    private static string Json()
    {
        using Stream stream = typeof(Board).Assembly.GetManifestResourceStream("tdnn-sram-65nm.json")!;
        using StreamReader reader = new(stream);
        return reader.ReadToEnd();
    }

    /// <summary>Speaks the link's frames and is another chip: every word that is read is BEEF.</summary>
    private sealed class Stranger : System.Device.Spi.SpiDevice
    {
        public override System.Device.Spi.SpiConnectionSettings ConnectionSettings { get; } = new(0, 0);

        public override void Read(Span<byte> buffer) => throw new NotSupportedException();

        public override void Write(ReadOnlySpan<byte> buffer) => throw new NotSupportedException();

        public override void TransferFullDuplex(ReadOnlySpan<byte> writeBuffer, Span<byte> readBuffer)
        {
            int written = (writeBuffer[2] << 8) | writeBuffer[3], read = (writeBuffer[8] << 8) | writeBuffer[9];
            readBuffer.Clear();
            int at = (10 + written) * 2, check = 0xFFFF;
            readBuffer[at] = writeBuffer[0];
            readBuffer[at + 1] = 0x20;
            for (int i = 0; i < read; i++)
                (readBuffer[at + 2 + (2 * i)], readBuffer[at + 3 + (2 * i)]) = (0xBE, 0xEF);
            byte[] covered = [.. writeBuffer.Slice((7 + written) * 2, 2), .. readBuffer.Slice(at, 2 + (2 * read))];
            foreach (byte b in covered)
                for (int bit = 7; bit >= 0; bit--)
                    check = ((check << 1) & 0xFFFF) ^ (((check >> 15) ^ (b >> bit)) % 2 != 0 ? 0x1021 : 0);
            (readBuffer[at + 2 + (2 * read)], readBuffer[at + 3 + (2 * read)]) = ((byte)(check >> 8), (byte)check);
        }
    }
}
