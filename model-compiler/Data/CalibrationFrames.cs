using Barrel.Compiler.Lowering;
using Barrel.Runtime;

namespace Barrel.Compiler.Data;

/// <summary>The frames that ranges are measured on: a spread over the user's, or seeded synthetic ones.</summary>
public static class CalibrationFrames
{
    private const int CountMin = 32;

    /// <summary>What frames may keep between layers; a layer's own padded inputs come on top.</summary>
    private const long LiveBytesMax = 600_000_000;

    /// <summary>
    /// Frames for a network of so many multiplications: large pictures show much in few frames, small ones need more, and compiling should stay short.
    /// </summary>
    public static int CountFor(long macs) => (int)Math.Clamp(16_000_000_000 / Math.Max(macs, 1), CountMin, 256);

    /// <summary>The same for a network that all frames pass side by side, rounded and in floats: no more than memory has room for.</summary>
    public static int CountFor(LoweredNetwork network) =>
        (int)Math.Clamp(LiveBytesMax / (2 * sizeof(float) * Math.Max(network.LiveElementsMax, 1)), CountMin, CountFor(network.Macs));

    /// <param name="path">A folder, zip or idx; null: synthetic frames, which a warning says.</param>
    /// <param name="format">The network's input.</param>
    /// <param name="warnings">Takes the warning.</param>
    /// <param name="count">How many at most.</param>
    /// <returns>Codes of each frame, [channels, height, width].</returns>
    public static List<byte[]> Load(string? path, InputFormat format, TextWriter warnings, int count)
    {
        if (path is null)
        {
            warnings.WriteLine("warning: no frames given; synthetic ones stand in, and real ones give better ranges");
            return [.. Enumerable.Range(0, Math.Min(count, 8)).Select(seed => Synthetic(format, seed))];
        }

        using IDataSet data = DataSet.OpenImages(path);
        FramePlanes planes = new(format);
        List<byte[]> frames = [];
        foreach (int index in DataSet.Spread(data.Count, count))
        {
            Sample sample = data.Load(index);
            byte[] codes = new byte[format.ByteCount()];
            planes.Fill(sample.Image, codes, sample.Name);
            frames.Add(codes);
        }

        return frames;
    }

    /// <summary>Smooth noise with edges: sums of random grids, bilinear, from coarse to fine, in integers.</summary>
    internal static byte[] Synthetic(InputFormat format, int seed)
    {
        byte[] codes = new byte[format.ByteCount()];
        uint state = (uint)((seed * 2) + 1) * 2654435769u;
        int Next()
        {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            return (int)(state >> 24);
        }

        for (int c = 0; c < format.Channels; c++)
        {
            int[] sums = new int[format.Height * format.Width];
            foreach ((int cell, int weight) in new[] { (64, 4), (16, 2), (4, 1), (1, 1) })
            {
                int columns = (format.Width / cell) + 2;
                int[] grid = new int[columns * ((format.Height / cell) + 2)];
                for (int i = 0; i < grid.Length; i++)
                    grid[i] = Next();
                for (int y = 0; y < format.Height; y++)
                    for (int x = 0; x < format.Width; x++)
                    {
                        int at = (y / cell * columns) + (x / cell);
                        int fx = x % cell;
                        int fy = y % cell;
                        int upper = (grid[at] * (cell - fx)) + (grid[at + 1] * fx);
                        int lower = (grid[at + columns] * (cell - fx)) + (grid[at + columns + 1] * fx);
                        sums[(y * format.Width) + x] += ((upper * (cell - fy)) + (lower * fy)) / (cell * cell) * weight;
                    }
            }

            for (int i = 0; i < sums.Length; i++)
            {
                // Eight weights; stretched about the middle, because sums of noise crowd there.
                int pixel = Math.Clamp((((sums[i] / 8) - 128) * 2) + 128, 0, 255);
                codes[(c * sums.Length) + i] = (byte)(format.Thresholds is null ? pixel : pixel >= format.Thresholds[c] ? 1 : 0);
            }
        }

        return codes;
    }
}
