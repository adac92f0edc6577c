using System.Numerics;
using Barrel.Runtime;

namespace Barrel.Host.Chip.Diagnosis;

/// <summary>Writes the same weights into all segments. Cells that do not keep theirs are no error here: they are what is looked for.</summary>
internal sealed class TestWeights
{
    private const int PulsesMax = 16;
    private const int WritesMax = 2;

    private readonly TdnnChip chip;
    private readonly WearRecord? wear;
    private readonly ushort[] held;
    private readonly ushort[] wanted;
    private readonly ushort[] differs;

    /// <param name="chip">Its weights are read.</param>
    /// <param name="wear">Where programming is recorded, null for chips that do not wear.</param>
    public TestWeights(TdnnChip chip, WearRecord? wear)
    {
        this.chip = chip;
        this.wear = wear;
        held = new ushort[chip.Identity.Segments * chip.WordsPerSegment];
        wanted = new ushort[held.Length];
        differs = new ushort[held.Length];
        chip.Link.Read(ChipRegisters.Weights, held);
    }

    /// <summary>Pulses that cells have had from here; 0 where chips do not wear.</summary>
    public long PulseCount { get; private set; }

    /// <summary>Bit of a PE, as in WEIGHTS: 1 where the last weights were not kept.</summary>
    public ReadOnlySpan<ushort> Differs => differs;

    /// <summary>Cells that these weights would change.</summary>
    public long CostOf(ulong weights)
    {
        Want(weights);
        long cells = 0;
        for (int i = 0; i < held.Length; i++)
            cells += BitOperations.PopCount((uint)(held[i] ^ wanted[i]));
        return cells;
    }

    /// <summary>Writes until all is kept, or tries no more.</summary>
    /// <exception cref="BarrelException">BRL5010, BRL5013, and what the link gives.</exception>
    public void Load(ulong weights)
    {
        Want(weights);
        for (int tries = wear is null ? WritesMax : PulsesMax; tries > 0 && !held.AsSpan().SequenceEqual(wanted); tries--)
        {
            Record();
            chip.Link.Write(ChipRegisters.Weights, wanted);
            chip.Link.Read(ChipRegisters.Weights, held);
        }

        for (int i = 0; i < held.Length; i++)
            differs[i] = (ushort)(held[i] ^ wanted[i]);
    }

    /// <summary>Before pulses are given: who is stopped has counted too much, never too little.</summary>
    private void Record()
    {
        if (wear is null)
            return;
        for (int i = 0; i < held.Length; i++)
            PulseCount += BitOperations.PopCount((uint)(held[i] ^ wanted[i]));
        int words = chip.WordsPerSegment;
        for (int pass = 0; pass < 2; pass++)
        {
            // No segment is counted unless all endure it.
            for (int segment = 0; segment < chip.Identity.Segments; segment++)
            {
                if (held.AsSpan(segment * words, words).SequenceEqual(wanted.AsSpan(segment * words, words)))
                    continue;
                if (pass == 0)
                    wear.Check(segment);
                else
                    wear.Add(segment);
            }
        }

        wear.Save();
    }

    private void Want(ulong weights)
    {
        for (int i = 0; i < wanted.Length; i++)
            wanted[i] = (ushort)(weights >> (16 * (i % chip.WordsPerSegment)));
    }
}
