namespace Barrel.Host.Chip
{
    /// <summary>Counts how often the segments of a chip whose cells wear were programmed, and refuses what they do not endure.</summary>
    internal abstract class ChipWear
    {
        /// <summary>Pulses of the segment that had most.</summary>
        public abstract long CyclesMax { get; }

        /// <summary>Refuses to program a segment whose cells endure no more.</summary>
        public abstract void Check(int segment);

        /// <summary>One more pulse for a segment; kept after <see cref="Save"/>.</summary>
        public abstract void Add(int segment);

        /// <summary>Keeps what was added.</summary>
        public abstract void Save();
    }
}
