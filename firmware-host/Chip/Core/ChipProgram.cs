using System;
using Barrel.Runtime;

namespace Barrel.Host.Chip
{
    /// <summary>
    /// Fills a chip with the chains of a placement, pass by pass. It remembers what each segment holds, writes only what differs, and reads back all
    /// that it wrote: what does not need to change costs nothing, and wears nothing.
    /// </summary>
    internal sealed class ChipProgram
    {
        /// <summary>A pulse does not always switch a ReRAM cell; so often it is tried.</summary>
        private const int PulsesMax = 16;

        private const int WritesMax = 2;
        private const int NothingLoaded = -1;
        private const int Unfinished = -2;

        private readonly int wordsPerSegment;
        private readonly ushort[] config;
        private readonly ushort[] weights;
        private readonly ushort[] wantedConfig;
        private readonly ushort[] wantedWeights;
        private readonly bool[] isKnown;
        private readonly ushort[] readBack;
        private int loadedPass = NothingLoaded;

        /// <param name="chip">Its weights are taken to be unknown.</param>
        /// <param name="placement">For such a chip.</param>
        /// <param name="wear">Where programming is recorded, null for chips that do not wear.</param>
        public ChipProgram(TdnnChip chip, Placement placement, ChipWear? wear)
        {
            Chip = chip;
            Placement = placement;
            Wear = wear;
            Rows = new PassRows(placement);
            wordsPerSegment = chip.WordsPerSegment;
            config = new ushort[placement.Segments];
            weights = new ushort[placement.Segments * wordsPerSegment];
            wantedConfig = new ushort[config.Length];
            wantedWeights = new ushort[weights.Length];
            isKnown = new bool[placement.Segments];
            readBack = new ushort[placement.Segments];
        }

        public Placement Placement { get; }

        public TdnnChip Chip { get; }

        public PassRows Rows { get; }

        /// <summary>Where programming is recorded, null for chips that do not wear.</summary>
        public ChipWear? Wear { get; }

        /// <summary>Segments whose weights were written, each time counted.</summary>
        public long SegmentsWritten { get; private set; }

        /// <summary>Nothing is known of the chip: it was reset, or somebody else used it.</summary>
        public void Forget()
        {
            Array.Clear(isKnown, 0, isKnown.Length);
            loadedPass = NothingLoaded;
        }

        /// <summary>Makes a pass's chains be there.</summary>
        /// <exception cref="BarrelException">BRL5009, BRL5010, and what the link gives.</exception>
        public void Load(int pass)
        {
            if (pass == loadedPass)
                return;
            int end = Rows.First(pass + 1);
            for (int i = Rows.First(pass); i < end; i++)
                Want(Rows.LayerAt(i), Rows.RowAt(i));

            // A chip that would wear out is found before anything on it is changed.
            for (int i = Rows.First(pass); i < end; i++)
                Learn(Rows.FirstSegmentAt(i), Rows.FirstSegmentAt(i) + Rows.SegmentsAt(i));
            if (Wear != null)
                Record(pass);

            if (loadedPass == NothingLoaded)
                TurnOff();
            loadedPass = Unfinished;
            for (int i = Rows.First(pass); i < end;)
                i = LoadRun(pass, i);
            loadedPass = pass;
        }

        /// <summary>Before it is done: a program that is stopped has counted too much, never too little. No segment is counted unless all endure it.</summary>
        private void Record(int pass)
        {
            for (int round = 0; round < 2; round++)
                for (int i = Rows.First(pass); i < Rows.First(pass + 1); i++)
                {
                    int end = Rows.FirstSegmentAt(i) + Rows.SegmentsAt(i);
                    for (int segment = Rows.FirstSegmentAt(i); segment < end; segment++)
                    {
                        if (IsAsWanted(segment))
                            continue;
                        if (round == 0)
                            Wear!.Check(segment);
                        else
                            Wear!.Add(segment);
                    }
                }

            Wear!.Save();
        }

        /// <summary>What a pass's chains hold, on paper.</summary>
        private void Want(PlacedLayer placed, int row)
        {
            NeuronChains chains = placed.Chains;
            int pes = chains.PesOf(row);
            int segment = placed.FirstSegment[row];
            int bank = 0;
            for (int done = 0; done < pes; done += Placement.SegmentPes)
            {
                int length = pes - done < Placement.SegmentPes ? pes - done : Placement.SegmentPes;
                wantedConfig[segment] = (ushort)((bank == 0 ? ChipRegisters.ConfigStart : 0) | (length << ChipRegisters.ConfigLengthShift) | bank);
                for (int w = 0; w < wordsPerSegment; w++)
                {
                    int pe = done + (w << 4);
                    wantedWeights[(segment * wordsPerSegment) + w] = pe < pes ? (ushort)(chains.Weights[(row * chains.WordsPerRow) + (pe >> 6)] >> (pe & 63)) : (ushort)0;
                }

                bank++;
                segment++;
            }
        }

        /// <summary>The chains that follow each other without a gap, and the segment behind them, which must not go on with the last one.</summary>
        /// <returns>The first row behind them.</returns>
        private int LoadRun(int pass, int row)
        {
            int first = Rows.FirstSegmentAt(row);
            int end = first;
            for (; row < Rows.First(pass + 1) && Rows.FirstSegmentAt(row) == end; row++)
                end += Rows.SegmentsAt(row);
            LoadWeights(first, end);
            int configEnd = end;
            if (end < config.Length && config[end] != 0 && (config[end] & ChipRegisters.ConfigStart) == 0)
            {
                wantedConfig[configEnd] = 0;
                configEnd++;
            }

            LoadConfig(first, configEnd - first);
            return row;
        }

        private void LoadConfig(int first, int count)
        {
            if (FirstDifference(config, wantedConfig, first, count) < 0)
                return;
            Chip.Link.Write(ChipRegisters.Config + first, wantedConfig, first, count);
            Chip.Link.Read(ChipRegisters.Config + first, readBack, first, count);
            int differs = FirstDifference(readBack, wantedConfig, first, count);
            if (differs >= 0)
                throw new BarrelException(ChipErrors.ReadBack, "segment " + differs + " does not keep its configuration");
            Array.Copy(wantedConfig, first, config, first, count);
        }

        private void LoadWeights(int first, int end)
        {
            for (int segment = first; segment < end;)
            {
                if (IsAsWanted(segment))
                {
                    segment++;
                    continue;
                }

                int from = segment;
                while (segment < end && !IsAsWanted(segment))
                    segment++;
                Program(from, segment);
            }
        }

        /// <summary>What is there may be what is wanted; ReRAM keeps it for years.</summary>
        private void Learn(int first, int end)
        {
            for (int segment = first; segment < end;)
            {
                int unknown = segment++;
                if (isKnown[unknown])
                    continue;
                while (segment < end && !isKnown[segment])
                    segment++;
                Chip.Link.Read(WeightsAt(unknown), weights, unknown * wordsPerSegment, (segment - unknown) * wordsPerSegment);
                SetKnown(unknown, segment, true);
            }
        }

        private bool IsAsWanted(int segment)
        {
            return FirstDifference(weights, wantedWeights, segment * wordsPerSegment, wordsPerSegment) < 0;
        }

        private void Program(int first, int end)
        {
            int from = first * wordsPerSegment;
            int count = (end - first) * wordsPerSegment;
            SetKnown(first, end, false);
            for (int pulse = 1; ; pulse++)
            {
                SegmentsWritten += end - first;
                Chip.Link.Write(WeightsAt(first), wantedWeights, from, count);
                Chip.Link.Read(WeightsAt(first), weights, from, count);
                int differs = FirstDifference(weights, wantedWeights, from, count);
                if (differs < 0)
                    break;
                if (pulse == (Placement.Kind == Placement.KindReram ? PulsesMax : WritesMax))
                    throw new BarrelException(
                        ChipErrors.ReadBack, "segment " + (differs / wordsPerSegment) + " does not keep its weights after " + pulse + " tries; run 'chip diagnose'");
                if (Wear == null)
                    continue;

                // The next pulse reaches the cells that are not there yet.
                for (int segment = first; segment < end; segment++)
                    if (!IsAsWanted(segment))
                        Wear.Add(segment);
                Wear.Save();
            }

            SetKnown(first, end, true);
        }

        /// <summary>Chains of whoever used the chip before could run into ours.</summary>
        private void TurnOff()
        {
            Array.Clear(config, 0, config.Length);
            Chip.Link.Write(ChipRegisters.Config, config);
        }

        private void SetKnown(int first, int end, bool value)
        {
            for (int segment = first; segment < end; segment++)
                isKnown[segment] = value;
        }

        private int WeightsAt(int segment)
        {
            return ChipRegisters.Weights + (segment * wordsPerSegment);
        }

        /// <summary>The first of so many places where two arrays differ, below 0 where none does.</summary>
        private static int FirstDifference(ushort[] a, ushort[] b, int first, int count)
        {
            for (int i = first; i < first + count; i++)
                if (a[i] != b[i])
                    return i;
            return -1;
        }
    }
}
