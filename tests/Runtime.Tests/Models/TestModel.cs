namespace Barrel.Runtime.Tests.Models;

/// <summary>A model before it is a blob: the runtime's own fields, and the taps of each tap layer beside them.</summary>
internal sealed class TestModel
{
    public Model Model { get; } = new()
    {
        Name = "test",
        Classes = [],
        RoadClass = -1,
        IgnoreLabel = -1,
        Input = new InputFormat(),
        Tensors = [],
        Layers = [],
        OutputTensors = [],
        Blob = [],
    };

    /// <summary>The taps of each row.</summary>
    public Dictionary<TapLayer, List<TestTap>[]> Taps { get; } = [];

    public byte[] ToBlob() => BlobWriter.Write(this);

    public Model Load() => Model.Load(ToBlob(), 1 << 28);

    public int AddTensor(int channels, int height, int width, int bits)
    {
        Model.Tensors = [.. Model.Tensors, new TensorInfo
        {
            Channels = channels, Height = height, Width = width, Bits = bits, ScaleExponents = [0], Zeros = [0],
        }];
        return Model.Tensors.Length - 1;
    }

    public void AddLayer(Layer layer)
    {
        layer.Name ??= "layer" + Model.Layers.Length;
        layer.Operator ??= layer.GetType().Name;
        Model.Layers = [.. Model.Layers, layer];
    }

    /// <summary>The tensors that a layer reads.</summary>
    public static IEnumerable<int> ReadsOf(Layer layer) => layer switch
    {
        TapLayer taps => taps.Inputs.Concat(taps.Skips).Select(i => i.Tensor),
        BinaryLayer binary => binary.Skips.Select(i => i.Tensor).Append(binary.Input),
        MaxPoolLayer pool => [pool.Input],
        _ => [((ResizeLayer)layer).Input],
    };

    /// <summary>
    /// Gives every tensor a place. Tensors that are needed at the same time do not overlap; with <paramref name="reuse"/> others take the first gap.
    /// Tensors that nothing reads are outputs.
    /// </summary>
    public void PlaceTensors(bool reuse)
    {
        int count = Model.Tensors.Length;
        int[] first = new int[count];
        int[] last = new int[count];
        Array.Fill(last, int.MaxValue);
        for (int i = 0; i < Model.Layers.Length; i++)
        {
            first[Model.Layers[i].Output] = i;
            foreach (int read in ReadsOf(Model.Layers[i]))
                last[read] = i;
        }

        first[Model.InputTensor] = -1;
        Model.OutputTensors = [.. Enumerable.Range(0, count).Where(t => last[t] == int.MaxValue)];
        int end = 0;
        for (int t = 0; t < count; t++)
        {
            TensorInfo tensor = Model.Tensors[t];
            int bytes = (tensor.ByteCount() + 63) / 64 * 64;
            int at = reuse ? 0 : end;
            foreach (int other in Enumerable.Range(0, t).OrderBy(o => Model.Tensors[o].ArenaOffset))
            {
                TensorInfo placed = Model.Tensors[other];
                if (first[other] <= last[t] && first[t] <= last[other] && placed.ArenaOffset < at + bytes
                    && at < placed.ArenaOffset + placed.ByteCount())
                    at = (placed.ArenaOffset + placed.ByteCount() + 63) / 64 * 64;
            }

            tensor.ArenaOffset = at;
            end = Math.Max(end, at + bytes);
        }

        Model.ArenaBytes = end;
    }
}
