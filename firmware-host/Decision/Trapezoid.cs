namespace Barrel.Host.Decision
{
    /// <summary>The part of the mask that lies ahead: for each of its rows a first column and the column after its last.</summary>
    public sealed class Trapezoid
    {
        public readonly int Top;

        /// <summary>The row after the last.</summary>
        public readonly int Bottom;

        /// <summary>Entry 0 belongs to row Top.</summary>
        public readonly int[] Lefts;

        public readonly int[] Rights;

        /// <summary>All its pixels, at least 1.</summary>
        public readonly int PixelCount;

        /// <summary>Widths run linearly from the top row to the bottom row; rows and columns are cut at the mask's edges.</summary>
        public Trapezoid(DecisionSettings settings, int width, int height)
        {
            Top = height * settings.TopPerMille / 1000;
            Bottom = height * settings.BottomPerMille / 1000;
            if (Top >= height)
                Top = height - 1;
            if (Bottom <= Top)
                Bottom = Top + 1;

            int rows = Bottom - Top;
            Lefts = new int[rows];
            Rights = new int[rows];
            int steps = rows > 1 ? rows - 1 : 1;
            for (int i = 0; i < rows; i++)
            {
                int widthPerMille = settings.TopWidthPerMille
                    + ((settings.BottomWidthPerMille - settings.TopWidthPerMille) * i / steps);
                int left = width * ((2 * settings.CentrePerMille) - widthPerMille) / 2000;
                int right = width * ((2 * settings.CentrePerMille) + widthPerMille) / 2000;
                if (left < 0)
                    left = 0;
                if (left >= width)
                    left = width - 1;
                if (right > width)
                    right = width;
                if (right <= left)
                    right = left + 1;
                Lefts[i] = left;
                Rights[i] = right;
                PixelCount += right - left;
            }
        }
    }
}
