using Barrel.Compiler.Data;
using Barrel.Host.Scenes;

namespace Barrel.Compiler.Training.Data;

/// <summary>
/// Frames of rendered streets with the true class of each pixel, ids as CamVid has them: training without data. Each frame is of another street, at a
/// moment of its own.
/// </summary>
internal sealed class SceneDataSet(int seed, int count) : IDataSet
{
    private const int Width = 240;
    private const int Height = 180;

    public int Count { get; } = count;

    public Sample Load(int index)
    {
        int street = unchecked((seed * 1_000_003) + index);
        byte[] pixels = new byte[Width * Height * 3];
        byte[] labels = new byte[Width * Height];
        new Scene(street, Width, Height).Render(new Random(street).Next(0, 120_000), pixels, labels);
        return new Sample { Name = $"scene:{seed}[{index}]", Image = new RgbImage(Width, Height, pixels), Labels = new LabelMap(Width, Height, labels) };
    }

    public void Dispose()
    {
    }
}
