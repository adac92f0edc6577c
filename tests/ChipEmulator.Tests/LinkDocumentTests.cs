using Barrel.Boards;

namespace Barrel.ChipEmulator.Tests;

/// <summary>The emulator follows the document, and says what it misses there.</summary>
[TestClass]
public class LinkDocumentTests
{
    private static readonly string Text = Read();

    [TestMethod]
    public void A_register_that_moves_in_the_document_moves_in_the_chip()
    {
        Bench bench = new(Chip(Changed("| 0000 0012 | SCRATCH | rw |", "| 0000 0222 | SCRATCH | rw |")));
        bench.Write(0x222, 0xABCD);
        Assert.AreEqual(0xABCD, bench.Read(0x222));
        Assert.AreEqual(3, bench.Ask(0, [], Frame.Scratch, 1).Code);
    }

    [TestMethod]
    public void Access_and_codes_are_the_document_s()
    {
        Bench bench = new(Chip(Changed("| 0000 0012 | SCRATCH | rw |", "| 0000 0012 | SCRATCH | r |")));
        Assert.AreEqual(4, bench.Ask(Frame.Scratch, [1], 0, 0).Code);
        bench = new(Chip(Changed("| 3 | BAD_ADDRESS |", "| 9 | BAD_ADDRESS |")));
        Assert.AreEqual(9, bench.Ask(0, [], 0xF, 1).Code);
    }

    [TestMethod]
    public void Bits_and_identity_are_the_document_s()
    {
        Bench bench = new(Chip(Changed("| ID | r | 5444 |", "| ID | r | 1234 |")));
        Assert.AreEqual(0x1234, bench.Read(Frame.Id));
        bench = new(Chip(Changed("bit 1, AUTO:", "bit 4, AUTO:")));
        bench.Write(Frame.Control, 0xFFFF);
        Assert.AreEqual(0x10, bench.Read(Frame.Control));
    }

    [TestMethod]
    [DataRow("| 0000 0012 | SCRATCH | rw | nothing depends on it |\n", "", "Scratch")]
    [DataRow("| SCRATCH | rw", "| SCRIBBLE | rw", "SCRIBBLE")]
    [DataRow("| 0000 0012 | SCRATCH | rw", "| 0000 0012 | SCRATCH | w", "'w'")]
    [DataRow("| 0000 0012 | SCRATCH", "| 0000 00x2 | SCRATCH", "0000 00x2")]
    [DataRow("| 5 | BUSY |", "| 5 | TIRED |", "BUSY")]
    [DataRow("| word | host sends | chip sends |", "| word | to the chip | from the chip |", "host sends")]
    [DataRow("write address, high word first", "write address", "write address, high word first")]
    [DataRow("bit 6: busy", "bit 6: at work", "busy")]
    [DataRow("polynomial 1021", "polynomial of old", "polynomial")]
    [DataRow("bit 15, CLEAR:", "bit 15, FORGET:", "CLEAR")]
    [DataRow("bits 7 to 0: bank", "bits 7 to 0: something", "bank")]
    [DataRow("| WEIGHTS | rw | segments · SEGMENT_PES / 16 |", "| WEIGHTS | rw | lots / 16 |", "lots")]
    [DataRow("| 0002 0000 | OUTPUT", "| 0001 0001 | OUTPUT", "Input runs into Output")]
    public void A_gap_in_the_document_is_named(string text, string instead, string named) =>
        Assert.Contains(named, Assert.ThrowsExactly<InvalidDataException>(() => Chip(Changed(text, instead))).Message);

    private static EmulatedChip Chip(string document) => new(new LinkDocument(document), Bench.Geometry(), 1, null, null);

    private static string Changed(string text, string instead)
    {
        Assert.Contains(text, Text);
        return Text.Replace(text, instead, StringComparison.Ordinal);
    }

    private static string Read()
    {
        using StreamReader reader = new(typeof(Board).Assembly.GetManifestResourceStream("tdnn-link.md")!);
        return reader.ReadToEnd();
    }
}
