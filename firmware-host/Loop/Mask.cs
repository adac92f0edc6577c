using Barrel.Runtime;

namespace Barrel.Host.Loop;

/// <summary>Where an executor leaves the road mask.</summary>
internal sealed class Mask
{
    private readonly Executor executor;
    private readonly int offset;

    /// <exception cref="BarrelException">The model gives no mask with a road class.</exception>
    public Mask(Executor executor)
    {
        Model model = executor.Model;
        if (model.Task != Model.TaskSegmentation || model.RoadClass < 0 || model.OutputTensors.Length == 0)
        {
            throw new BarrelException(
                HostErrors.NotRoadModel, $"model '{model.Name}' gives no road mask; compile a segmentation network whose card names its road class");
        }

        TensorInfo tensor = model.Tensors[model.OutputTensors[0]];
        if (tensor.Channels != 1 || tensor.Bits > 8)
        {
            throw new BarrelException(
                HostErrors.NotRoadModel,
                $"model '{model.Name}': its first output is [{tensor.Channels}, {tensor.Height}, {tensor.Width}] of {tensor.Bits} bits; a mask is [1, height, width], a class a byte");
        }

        this.executor = executor;
        offset = tensor.ArenaOffset;
        Width = tensor.Width;
        Height = tensor.Height;
        RoadClass = model.RoadClass;
    }

    public int Width { get; }

    public int Height { get; }

    public int RoadClass { get; }

    /// <summary>The array that holds the classes, from <see cref="Offset"/> on.</summary>
    public byte[] Classes => executor.Arena;

    public int Offset => offset;

    public bool IsRoad(int x, int y) => executor.Arena[offset + (y * Width) + x] == RoadClass;
}
