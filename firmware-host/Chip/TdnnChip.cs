using Barrel.Boards;
using Barrel.Runtime;

namespace Barrel.Host.Chip;

/// <summary>What a chip says that it is.</summary>
/// <param name="Kind"><see cref="Placement.KindSram"/> or <see cref="Placement.KindReram"/>.</param>
/// <param name="Serial">Its serial number.</param>
/// <param name="Segments">Segments that chains are made of.</param>
/// <param name="SegmentPes">Processing elements (PEs) of a segment.</param>
/// <param name="InputBits">Bits of its input buffer.</param>
/// <param name="MarginBits">Bits of a margin, 0 where it has none.</param>
internal readonly record struct ChipIdentity(int Kind, uint Serial, int Segments, int SegmentPes, int InputBits, int MarginBits)
{
    public string KindName => Kind == Placement.KindReram ? "ReRAM" : "SRAM";
}

/// <summary>A chip that has been greeted: it is what the board's file says, and evaluates whenever inputs are written.</summary>
internal sealed class TdnnChip : IDisposable
{
    private static readonly ushort[] Patterns = [0x0000, 0xFFFF, 0x5555, 0xAAAA, 0x00FF, 0x1234];

    private TdnnChip(ChipLink link, ChipIdentity identity)
    {
        Link = link;
        Identity = identity;
    }

    public ChipLink Link { get; }

    public ChipIdentity Identity { get; }

    public int WordsPerSegment => Identity.SegmentPes / 16;

    /// <summary>Asks who is there, compares with the board's file, and makes it ready.</summary>
    /// <exception cref="BarrelException">BRL5003 to BRL5008; the link is closed.</exception>
    public static TdnnChip Greet(ChipLink link, BoardChip expected)
    {
        try
        {
            ChipIdentity identity = IdentityOf(link);
            ChipIdentity right = new(
                expected.IsReram ? Placement.KindReram : Placement.KindSram, identity.Serial, expected.Segments, expected.SegmentPes, expected.InputBits, expected.MarginBits);
            if (identity != right)
                throw new BarrelException(ChipErrors.WrongChip, $"the chip is {Describe(identity)}, and the board's file says {Describe(right)}");
            TdnnChip chip = new(link, identity);
            chip.Ready();
            return chip;
        }
        catch
        {
            link.Dispose();
            throw;
        }
    }

    /// <summary>After power-up or a reset: forgets the reset and evaluates whenever inputs are written.</summary>
    public void Ready()
    {
        Link.NoticesReset = false;
        Link.Write(ChipRegisters.Control, [ChipRegisters.ControlClear | ChipRegisters.ControlAuto]);
        Link.NoticesReset = true;
    }

    /// <summary>The blob must be placed for such a chip.</summary>
    /// <exception cref="BarrelException">BRL5008.</exception>
    public void CheckPlacement(Placement placement)
    {
        ChipIdentity placed = new(placement.Kind, Identity.Serial, placement.Segments, placement.SegmentPes, placement.InputBits, placement.MarginBits);
        if (placed != Identity)
            throw new BarrelException(
                ChipErrors.WrongChip, $"the blob is placed for {placement.Board}, {Describe(placed)}, and the chip is {Describe(Identity)}; compile it for this chip's board");
    }

    /// <summary>Writes patterns to the scratch word and to the input buffer and reads them back. Weights stay as they are.</summary>
    /// <exception cref="BarrelException">BRL5012, and what the link gives.</exception>
    public void SelfTest()
    {
        ushort[] inputs = new ushort[Identity.InputBits / 16], back = new ushort[inputs.Length], word = new ushort[1];
        for (int round = 0; round < Patterns.Length; round++)
        {
            Link.WriteThenRead(ChipRegisters.Scratch, Patterns.AsSpan(round, 1), ChipRegisters.Scratch, word);
            if (word[0] != Patterns[round])
                throw new BarrelException(ChipErrors.SelfTest, $"the scratch register gives {word[0]:X4} for {Patterns[round]:X4}");
            for (int i = 0; i < inputs.Length; i++)
                inputs[i] = (ushort)(Patterns[(round + i) % Patterns.Length] ^ i);
            Link.Write(ChipRegisters.Input, inputs);
            Link.Read(ChipRegisters.Input, back);
            int differs = back.AsSpan().CommonPrefixLength(inputs);
            if (differs < inputs.Length)
                throw new BarrelException(ChipErrors.SelfTest, $"input word {differs} gives {back[differs]:X4} for {inputs[differs]:X4}");
        }
    }

    public void Dispose() => Link.Dispose();

    private static ChipIdentity IdentityOf(ChipLink link)
    {
        ushort[] words = new ushort[ChipRegisters.IdentityWords];
        link.Read(ChipRegisters.Id, words);
        if (words[0] != ChipRegisters.IdValue || words[1] != ChipRegisters.ProtocolValue)
            throw new BarrelException(
                ChipErrors.WrongChip,
                $"what answers has identity {words[0]:X4} and protocol {words[1]}; {ChipRegisters.IdValue:X4} and {ChipRegisters.ProtocolValue} would be right");
        return new ChipIdentity(words[2], ((uint)words[3] << 16) | words[4], (words[5] << 16) | words[6], words[7], words[8] * 16, words[9]);
    }

    private static string Describe(ChipIdentity chip) =>
        $"{chip.KindName} of {chip.Segments} segments of {chip.SegmentPes} PEs, {chip.InputBits} input bits, margins of {chip.MarginBits} bits";
}
