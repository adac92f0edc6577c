using System;
using Barrel.Runtime;

namespace Barrel.Host.Chip
{
    /// <summary>What a chip says that it is, or should be.</summary>
    internal sealed class ChipIdentity
    {
        /// <summary><see cref="Placement.KindSram"/> or <see cref="Placement.KindReram"/>.</summary>
        public int Kind;

        /// <summary>Its serial number, 32 bits.</summary>
        public long Serial;

        /// <summary>Segments that chains are made of.</summary>
        public int Segments;

        /// <summary>Processing elements (PEs) of a segment.</summary>
        public int SegmentPes;

        /// <summary>Bits of its input buffer.</summary>
        public int InputBits;

        /// <summary>Bits of a margin, 0 where it has none.</summary>
        public int MarginBits;

        public string KindName
        {
            get { return Kind == Placement.KindReram ? "ReRAM" : "SRAM"; }
        }

        /// <summary>The chip that a blob was placed for; it has no serial number.</summary>
        public static ChipIdentity Of(Placement placement)
        {
            ChipIdentity made = new ChipIdentity();
            made.Kind = placement.Kind;
            made.Segments = placement.Segments;
            made.SegmentPes = placement.SegmentPes;
            made.InputBits = placement.InputBits;
            made.MarginBits = placement.MarginBits;
            return made;
        }

        /// <summary>Whether it is such a chip, whatever its serial number.</summary>
        public bool IsLike(ChipIdentity other)
        {
            return Kind == other.Kind && Segments == other.Segments && SegmentPes == other.SegmentPes && InputBits == other.InputBits && MarginBits == other.MarginBits;
        }

        public string Describe()
        {
            return KindName + " of " + Segments + " segments of " + SegmentPes + " PEs, " + InputBits + " input bits, margins of " + MarginBits + " bits";
        }
    }

    /// <summary>A chip that has been greeted: it is what was expected, and evaluates whenever inputs are written.</summary>
    internal sealed class TdnnChip : IDisposable
    {
        private TdnnChip(ChipLink link, ChipIdentity identity)
        {
            Link = link;
            Identity = identity;
        }

        public ChipLink Link { get; }

        public ChipIdentity Identity { get; }

        public int WordsPerSegment
        {
            get { return Identity.SegmentPes >> 4; }
        }

        /// <summary>Asks who is there, compares with what should be, and makes it ready.</summary>
        /// <param name="link">To the chip.</param>
        /// <param name="expected">Any serial number is right.</param>
        /// <exception cref="BarrelException">BRL5003 to BRL5008; the link is closed.</exception>
        public static TdnnChip Greet(ChipLink link, ChipIdentity expected)
        {
            try
            {
                ChipIdentity identity = IdentityOf(link);
                if (!identity.IsLike(expected))
                    throw new BarrelException(ChipErrors.WrongChip, "the chip is " + identity.Describe() + ", and the board's file says " + expected.Describe());
                TdnnChip chip = new TdnnChip(link, identity);
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
            ushort[] control = new ushort[1];
            control[0] = ChipRegisters.ControlClear | ChipRegisters.ControlAuto;
            Link.Write(ChipRegisters.Control, control);
            Link.NoticesReset = true;
        }

        /// <summary>The blob must be placed for such a chip.</summary>
        /// <exception cref="BarrelException">BRL5008.</exception>
        public void CheckPlacement(Placement placement)
        {
            ChipIdentity placed = ChipIdentity.Of(placement);
            if (!placed.IsLike(Identity))
                throw new BarrelException(
                    ChipErrors.WrongChip,
                    "the blob is placed for " + placement.Board + ", " + placed.Describe() + ", and the chip is " + Identity.Describe() + "; compile it for this chip's board");
        }

        /// <summary>Writes patterns to the scratch word and to the input buffer and reads them back. Weights stay as they are.</summary>
        /// <exception cref="BarrelException">BRL5012, and what the link gives.</exception>
        public void SelfTest()
        {
            ushort[] patterns = { 0x0000, 0xFFFF, 0x5555, 0xAAAA, 0x00FF, 0x1234 };
            ushort[] inputs = new ushort[Identity.InputBits >> 4];
            ushort[] back = new ushort[inputs.Length];
            ushort[] word = new ushort[1];
            ushort[] scratch = new ushort[1];
            for (int round = 0; round < patterns.Length; round++)
            {
                scratch[0] = patterns[round];
                Link.WriteThenRead(ChipRegisters.Scratch, scratch, 1, ChipRegisters.Scratch, word, 1);
                if (word[0] != patterns[round])
                    throw new BarrelException(ChipErrors.SelfTest, "the scratch register gives " + Hex(word[0]) + " for " + Hex(patterns[round]));
                for (int i = 0; i < inputs.Length; i++)
                    inputs[i] = (ushort)(patterns[(round + i) % patterns.Length] ^ i);
                Link.Write(ChipRegisters.Input, inputs);
                Link.Read(ChipRegisters.Input, back);
                for (int i = 0; i < inputs.Length; i++)
                    if (back[i] != inputs[i])
                        throw new BarrelException(ChipErrors.SelfTest, "input word " + i + " gives " + Hex(back[i]) + " for " + Hex(inputs[i]));
            }
        }

        public void Dispose()
        {
            Link.Dispose();
        }

        private static ChipIdentity IdentityOf(ChipLink link)
        {
            ushort[] words = new ushort[ChipRegisters.IdentityWords];
            link.Read(ChipRegisters.Id, words);
            if (words[0] != ChipRegisters.IdValue || words[1] != ChipRegisters.ProtocolValue)
                throw new BarrelException(
                    ChipErrors.WrongChip,
                    "what answers has identity " + Hex(words[0]) + " and protocol " + (int)words[1] + "; " + Hex(ChipRegisters.IdValue) + " and " + (int)ChipRegisters.ProtocolValue
                    + " would be right");
            ChipIdentity identity = new ChipIdentity();
            identity.Kind = words[2];
            identity.Serial = ((long)words[3] << 16) | words[4];
            identity.Segments = (words[5] << 16) | words[6];
            identity.SegmentPes = words[7];
            identity.InputBits = words[8] << 4;
            identity.MarginBits = words[9];
            return identity;
        }

        private static string Hex(int word)
        {
            return word.ToString("X4");
        }
    }
}
