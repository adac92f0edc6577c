using System.Diagnostics;
using Barrel.Boards;
using Barrel.Runtime;

namespace Barrel.Host.Chip.Diagnosis;

/// <summary>
/// Looks for processing elements (PEs) that do not work. Every PE is measured with both weights, all segments at once; where any looks bad, all is
/// measured once more with other patterns and for longer, and only what looks bad both times is called so.
/// </summary>
internal sealed class ChipDiagnosis
{
    private const int Seed = 1;
    private const int FirstEffort = 1;
    private const int SecondEffort = 4;
    private const int ResetsMax = 3;

    /// <summary>Suspects are nearer to good ones than what is called bad.</summary>
    private const float SuspectShare = 0.6f;

    /// <summary>So many standard deviations are not seen by chance among the PEs of a chip.</summary>
    private const float Unlikely = 4.5f;

    /// <summary>The same for what is noise of measuring, and must be seen twice.</summary>
    private const float UnlikelyTwice = 3.5f;

    /// <summary>Standard deviation of normal numbers, over the median of their sizes.</summary>
    private const float DeviationOverMedian = 1.4826f;

    private readonly TdnnChip chip;
    private readonly WearRecord? wear;
    private readonly int pes;
    private readonly ulong weights;
    private PeVerdict[] verdicts;
    private float[] limits;
    private string?[] kept;
    private StepMeter? meter;

    /// <param name="chip">Its weights are overwritten.</param>
    /// <param name="wear">Where programming is recorded, null for chips that do not wear.</param>
    public ChipDiagnosis(TdnnChip chip, WearRecord? wear)
    {
        this.chip = chip;
        this.wear = wear;
        pes = chip.Identity.SegmentPes;
        verdicts = new PeVerdict[chip.Identity.Segments * pes];
        limits = new float[chip.Identity.Segments];
        kept = new string?[verdicts.Length];

        // As many of one sign as of the other, in no order.
        int[] order = [.. Sequence.Range(0, pes)];
        new Random(Seed).Shuffle(order);
        foreach (int pe in order.Take(pes / 2))
            weights |= 1UL << pe;
    }

    /// <summary>Sorted by segment and PE.</summary>
    public IReadOnlyList<ChipFault> Faults { get; private set; } = [];

    /// <summary>PEs that looked bad at first.</summary>
    public int SuspectCount { get; private set; }

    public long EvaluationCount { get; private set; }

    /// <summary>Programming pulses that cells have had; 0 where chips do not wear.</summary>
    public long PulseCount { get; private set; }

    public double Seconds { get; private set; }

    /// <summary>Standard deviation of good PEs' steps, those of measuring included.</summary>
    public float Spread { get; private set; }

    /// <summary>What was measured, by segment and PE.</summary>
    public PeVerdict VerdictAt(int segment, int pe) => verdicts[(segment * pes) + pe];

    /// <summary>About how many programming pulses it takes.</summary>
    public static long PulsesOf(TdnnChip chip)
    {
        ChipDiagnosis diagnosis = new(chip, null);
        long cells = diagnosis.verdicts.Length;
        return new TestWeights(chip, null).CostOf(diagnosis.weights) + (2 * cells);
    }

    /// <exception cref="BarrelException">BRL5007, BRL5010, BRL5013, and what the link gives.</exception>
    public void Run()
    {
        long started = Stopwatch.GetTimestamp();
        for (int resets = 0; ; resets++)
        {
            try
            {
                Look();
                break;
            }
            catch (BarrelException e) when (e.Code == ChipErrors.WasReset)
            {
                if (resets == ResetsMax)
                    throw new BarrelException(ChipErrors.Resets, $"the chip is reset again and again, {resets + 1} times while it was diagnosed; check its supply", e);
                chip.Ready();
            }
        }

        Seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private void Look()
    {
        TestWeights cells = new(chip, wear);
        meter = new StepMeter(chip);
        Array.Clear(kept);
        float[] plain = LookAt(cells, weights, FirstEffort, 1), inverse = LookAt(cells, ~weights, FirstEffort, 2);
        Judge(plain, inverse);
        bool[] isSuspect = [.. Sequence.Range(0, verdicts.Length).Select(i => verdicts[i].Kind(limits[i / pes] * SuspectShare) is not null)];
        SuspectCount = isSuspect.Count(s => s);
        if (SuspectCount > 0)
        {
            // In this order the cells are programmed once less.
            inverse = LookAt(cells, ~weights, SecondEffort, 3);
            plain = LookAt(cells, weights, SecondEffort, 4);
            Judge(plain, inverse);
        }

        Faults = [.. Sequence.Range(0, verdicts.Length).Where(i => isSuspect[i] || kept[i] is not null).Select(FaultAt).OfType<ChipFault>()];
        meter.TurnOff();
        EvaluationCount += meter.EvaluationCount;
        PulseCount += cells.PulseCount;
    }

    private float[] LookAt(TestWeights cells, ulong state, int effort, int seed)
    {
        cells.Load(state);
        for (int i = 0; i < kept.Length; i++)
            if ((cells.Differs[i >> 4] >> (i & 15) & 1) != 0)
                kept[i] = (state >> (i % pes) & 1) != 0 ? ChipFault.StuckPlus : ChipFault.StuckMinus;
        return meter!.Measure(state, effort, new Random(Seed + seed));
    }

    private void Judge(float[] plain, float[] inverse)
    {
        for (int i = 0; i < verdicts.Length; i++)
            verdicts[i] = (weights >> (i % pes) & 1) == 0 ? PeVerdict.Of(plain[i], inverse[i]) : PeVerdict.Of(inverse[i], plain[i]);
        Spread = SpreadOf(verdicts);
        for (int segment = 0; segment < limits.Length; segment++)
        {
            // Where many PEs of a segment are bad, the others are measured less well.
            float limit = Math.Max(Unlikely * Spread, UnlikelyTwice * SpreadOf(verdicts.AsSpan(segment * pes, pes)));
            limits[segment] = Math.Clamp(limit, PeVerdict.LimitMin, PeVerdict.LimitMax);
        }
    }

    private static float SpreadOf(ReadOnlySpan<PeVerdict> all)
    {
        List<float> sizes = [];
        foreach (PeVerdict verdict in all)
            if (!float.IsNaN(verdict.Step))
                sizes.Add(Math.Abs(verdict.Step - 1));
        sizes.Sort();
        return sizes.Count == 0 ? 0 : DeviationOverMedian * sizes[sizes.Count / 2];
    }

    private ChipFault? FaultAt(int index)
    {
        PeVerdict verdict = verdicts[index];
        string? kind = kept[index] ?? verdict.Kind(limits[index / pes]);
        if (kind is null)
            return null;
        bool hasStrength = kind is ChipFault.Weak or ChipFault.Dead && !float.IsNaN(verdict.Step);
        return new ChipFault { Segment = index / pes, Pe = index % pes, Kind = kind, Strength = hasStrength ? Math.Round(Math.Max(0, verdict.Step), 2) : null };
    }
}
