using Barrel.Runtime;

namespace Barrel.Host.Decision
{
    /// <summary>
    /// What the decision looks at and when it changes its mind. Shares and positions are per mille, so that they are plain integers
    /// on every board. The defaults suit a dash camera that looks straight ahead.
    /// </summary>
    public sealed class DecisionSettings
    {
        /// <summary>A setting is out of its range.</summary>
        public const int SettingsError = 4027;

        /// <summary>First row of the trapezoid ahead, per mille of the mask's height from the top.</summary>
        public int TopPerMille = 560;

        /// <summary>Row after its last one, per mille of the height.</summary>
        public int BottomPerMille = 860;

        /// <summary>Width of its first row, per mille of the mask's width.</summary>
        public int TopWidthPerMille = 160;

        /// <summary>Width of its last row, per mille of the width.</summary>
        public int BottomWidthPerMille = 560;

        /// <summary>Its middle, per mille of the width from the left; for cameras that are not mounted in the middle.</summary>
        public int CentrePerMille = 500;

        /// <summary>The road is clear when at least this much of the trapezoid is road.</summary>
        public int ClearFromPerMille = 850;

        /// <summary>It is blocked when at most this much is. Between the two nothing changes.</summary>
        public int BlockedUntilPerMille = 700;

        /// <summary>The corridor counts as left or right from this offset on, per mille of half the width.</summary>
        public int AsideFromPerMille = 200;

        /// <summary>It counts as ahead again at this offset or less.</summary>
        public int AheadUntilPerMille = 120;

        /// <summary>Frames in a row that must agree before anything changes.</summary>
        public int FramesToChange = 2;

        /// <summary>Refuses settings that make no sense.</summary>
        /// <exception cref="BarrelException"><see cref="SettingsError"/></exception>
        public void Check()
        {
            InRange("TopPerMille", TopPerMille, 0, 999);
            InRange("BottomPerMille", BottomPerMille, TopPerMille + 1, 1000);
            InRange("TopWidthPerMille", TopWidthPerMille, 1, 1000);
            InRange("BottomWidthPerMille", BottomWidthPerMille, 1, 1000);
            InRange("CentrePerMille", CentrePerMille, 0, 1000);
            InRange("ClearFromPerMille", ClearFromPerMille, 1, 1000);
            InRange("BlockedUntilPerMille", BlockedUntilPerMille, 0, ClearFromPerMille - 1);
            InRange("AsideFromPerMille", AsideFromPerMille, 1, 1000);
            InRange("AheadUntilPerMille", AheadUntilPerMille, 0, AsideFromPerMille - 1);
            InRange("FramesToChange", FramesToChange, 1, 1000);
        }

        private static void InRange(string name, int value, int min, int max)
        {
            if (value < min || value > max)
            {
                throw new BarrelException(
                    SettingsError,
                    "decision setting " + name + " is " + value.ToString() + "; it is " + min.ToString() + " to " + max.ToString());
            }
        }
    }
}
