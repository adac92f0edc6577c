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
        using ChipLink link = new(new EmulatedSpiDevice(new EmulatedChip(Sram)) { LinkFaults = faults }, Sram);
        Random random = new(1);
        ushort[] written = new ushort[256], read = new ushort[256];
        for (int round = 0; round < 2000; round++)
        {
            int first = random.Next(256), count = random.Next(1, 257 - first);
            for (int i = first; i < first + count; i++)
                written[i] = (ushort)random.Next(65536);
            link.Write(ChipRegisters.Input + (uint)first, written.AsSpan(first, count));
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
        using ChipLink link = new(new EmulatedSpiDevice(new EmulatedChip(Sram)) { LinkFaults = faults }, Sram);
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
            using ChipLink link = new(device, chip);
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
        BarrelException error = Assert.ThrowsExactly<BarrelException>(() => TdnnChip.Greet(new ChipLink(new EmulatedSpiDevice(new EmulatedChip(reram)), Sram), Sram));
        Assert.AreEqual(ChipErrors.WrongChip, error.Code);
        Random random = new(1);
        BoardChip small = PlacedModels.Chip(random);
        Model model = PlacedModels.Make(random, small);
        EmulatedChip emulated = new(Sram);
        using TdnnChip chip = TdnnChip.Greet(new ChipLink(new EmulatedSpiDevice(emulated), Sram), Sram);
        Assert.AreEqual(ChipErrors.WrongChip, Assert.ThrowsExactly<BarrelException>(() => chip.CheckPlacement(model.Placement!)).Code);
        Assert.AreEqual(0, emulated.EvaluationCount);
    }

    private static string Json()
    {
        using Stream stream = typeof(Board).Assembly.GetManifestResourceStream("tdnn-sram-65nm.json")!;
        using StreamReader reader = new(stream);
        return reader.ReadToEnd();
    }
}
