namespace Barrel.Host.Decision
{
    /// <summary>
    /// Reads a mask and says whether the road ahead is clear and where its free corridor lies. Integers only; allocates nothing after
    /// the constructor. It starts as Unknown and says Unknown again after <see cref="Reset"/>.
    /// </summary>
    public sealed class RoadDecision
    {
        public const int StateUnknown = 0;
        public const int StateClear = 1;
        public const int StateBlocked = 2;

        public const int CorridorAhead = 0;
        public const int CorridorLeft = 1;
        public const int CorridorRight = 2;

        private readonly DecisionSettings settings;
        private readonly int width;
        private readonly Debounce state;
        private readonly Debounce corridor;

        /// <param name="settings">Checked here; not changed afterwards.</param>
        /// <param name="maskWidth">Pixels of a mask's row.</param>
        /// <param name="maskHeight">Rows of the mask.</param>
        public RoadDecision(DecisionSettings settings, int maskWidth, int maskHeight)
        {
            settings.Check();
            this.settings = settings;
            width = maskWidth;
            Area = new Trapezoid(settings, maskWidth, maskHeight);
            CorridorColumns = new int[Area.Lefts.Length];
            state = new Debounce(StateUnknown, settings.FramesToChange);
            corridor = new Debounce(CorridorAhead, settings.FramesToChange);
        }

        public Trapezoid Area { get; private set; }

        /// <summary>StateUnknown, StateClear or StateBlocked.</summary>
        public int State
        {
            get { return state.Value; }
        }

        /// <summary>CorridorAhead, CorridorLeft or CorridorRight.</summary>
        public int Corridor
        {
            get { return corridor.Value; }
        }

        /// <summary>Road in the trapezoid at the last mask, 0 to 1000, rounded down.</summary>
        public int SharePerMille { get; private set; }

        /// <summary>
        /// Middle of the free corridor at the last mask: 0 in the trapezoid's middle, −1000 half the width left of it, 1000 right.
        /// </summary>
        public int OffsetPerMille { get; private set; }

        /// <summary>Per row of the trapezoid the middle column of the corridor, −1 in a row without road.</summary>
        public int[] CorridorColumns { get; private set; }

        /// <summary>Reads one mask.</summary>
        /// <param name="mask">One class a byte, rows without gaps.</param>
        /// <param name="offset">Index of the mask's first pixel.</param>
        /// <param name="roadClass">The class that counts as road.</param>
        public void Update(byte[] mask, int offset, int roadClass)
        {
            int road = 0;
            long middleSum = 0;
            long runSum = 0;
            int row = offset + (Area.Top * width);
            for (int i = 0; i < CorridorColumns.Length; i++)
            {
                int left = row + Area.Lefts[i];
                int right = row + Area.Rights[i];
                for (int at = left; at < right; at++)
                {
                    if (mask[at] == roadClass)
                        road++;
                }

                FindCorridor(mask, row, i, roadClass);
                if (runLength > 0)
                {
                    // Twice the middle, so that runs of odd length keep their half pixel.
                    middleSum += (long)((2 * runStart) + runLength) * runLength;
                    runSum += runLength;
                }

                row += width;
            }

            SharePerMille = (int)((long)road * 1000 / Area.PixelCount);
            int centre = width * settings.CentrePerMille / 500;
            OffsetPerMille = runSum == 0 ? 0 : Limit((int)(((middleSum / runSum) - centre) * 1000 / width));
            ProposeState();
            ProposeCorridor(runSum > 0);
        }

        /// <summary>Begins with what another decided just now, whatever its mask's size; masks must agree as often as ever to change it.</summary>
        public void Continue(RoadDecision before)
        {
            state.Start(before.State);
            corridor.Start(before.Corridor);
        }

        /// <summary>Forgets everything: the frames stopped, so the last decision holds no longer.</summary>
        public void Reset()
        {
            state.Reset();
            corridor.Reset();
            SharePerMille = 0;
            OffsetPerMille = 0;
        }

        private int runStart;
        private int runLength;

        // The corridor of a row is its longest run of road, over the whole width of the mask.
        private void FindCorridor(byte[] mask, int row, int index, int roadClass)
        {
            runStart = 0;
            runLength = 0;
            int start = -1;
            for (int x = 0; x <= width; x++)
            {
                bool isRoad = x < width && mask[row + x] == roadClass;
                if (isRoad && start < 0)
                {
                    start = x;
                }
                else if (!isRoad && start >= 0)
                {
                    if (x - start > runLength)
                    {
                        runStart = start;
                        runLength = x - start;
                    }

                    start = -1;
                }
            }

            CorridorColumns[index] = runLength == 0 ? -1 : runStart + (runLength >> 1);
        }

        private void ProposeState()
        {
            if (SharePerMille >= settings.ClearFromPerMille)
                state.Propose(StateClear);
            else if (SharePerMille <= settings.BlockedUntilPerMille)
                state.Propose(StateBlocked);
            else
                state.Propose(state.Value);
        }

        private void ProposeCorridor(bool hasRoad)
        {
            int aside = OffsetPerMille < 0 ? -OffsetPerMille : OffsetPerMille;
            if (!hasRoad || aside <= settings.AheadUntilPerMille)
                corridor.Propose(CorridorAhead);
            else if (aside >= settings.AsideFromPerMille)
                corridor.Propose(OffsetPerMille < 0 ? CorridorLeft : CorridorRight);
            else
                corridor.Propose(KeptCorridor());
        }

        // Between the thresholds a side is kept only while the offset is still on that side.
        private int KeptCorridor()
        {
            if (corridor.Value == CorridorLeft && OffsetPerMille < 0)
                return CorridorLeft;
            if (corridor.Value == CorridorRight && OffsetPerMille > 0)
                return CorridorRight;
            return CorridorAhead;
        }

        private static int Limit(int value)
        {
            if (value < -1000)
                return -1000;
            return value > 1000 ? 1000 : value;
        }
    }
}
