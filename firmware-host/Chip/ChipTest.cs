using System.Diagnostics;
using Barrel.Host.Cameras;
using Barrel.Runtime;

namespace Barrel.Host.Chip;

/// <summary>How a vector went.</summary>
/// <param name="Number">The vector, from 0.</param>
/// <param name="Label">Its class, −1 where none is known.</param>
/// <param name="Chip">The class that the network gives on the chip, −1 where it classifies nothing.</param>
/// <param name="Reference">The class that it gives in integers.</param>
/// <param name="Mismatch">Null, or what differs first.</param>
internal sealed record VectorOutcome(int Number, int Label, int Chip, int Reference, string? Mismatch);

/// <summary>How a placed layer went, over all vectors.</summary>
/// <param name="Name">The layer's.</param>
/// <param name="Codes">Codes that were compared.</param>
/// <param name="Differing">How many differ from those of the reference for the same inputs.</param>
/// <param name="Margins">Margins of its chains by size, 0 first; empty where none were read.</param>
internal sealed record LayerOutcome(string Name, long Codes, long Differing, long[] Margins);

/// <summary>
/// Runs vectors through a chip and through the reference in integers. Each layer is compared for the inputs that the chip gave it, so that its errors
/// are its own, and the results for the vectors that came in.
/// </summary>
internal sealed class ChipTest
{
    /// <summary>Frames that wait while a pass is on the chip.</summary>
    private const long BatchBytesMax = 256L << 20;

    private const int BatchMax = 4096;

    private readonly Model model;
    private readonly ChipExecutor executor;
    private readonly Executor reference;
    private readonly long[] codes;
    private readonly long[] differing;
    private readonly List<VectorOutcome> vectors = [];

    public ChipTest(Model model, ChipExecutor executor)
    {
        this.model = model;
        this.executor = executor;
        reference = Executors.Create(model);
        codes = new long[model.Layers.Length];
        differing = new long[model.Layers.Length];
    }

    public IReadOnlyList<VectorOutcome> Vectors => vectors;

    public IReadOnlyList<LayerOutcome> Layers =>
    [
        .. Sequence.Range(0, model.Layers.Length).Where(i => executor.PlacedAt(i) is not null)
            .Select(i => new LayerOutcome(model.Layers[i].Name, codes[i], differing[i], executor.PlacedAt(i)!.Margins ?? [])),
    ];

    public int MismatchCount => vectors.Count(v => v.Mismatch is not null);

    public double Seconds { get; private set; }

    /// <summary>Percent of the labelled vectors whose class is right on the chip; null without labels.</summary>
    public double? Accuracy => vectors.Count == 0 || vectors.Any(v => v.Label < 0 || v.Chip < 0) ? null : 100.0 * vectors.Count(v => v.Chip == v.Label) / vectors.Count;

    /// <summary>Runs the vectors of a camera.</summary>
    /// <param name="camera">Gives them.</param>
    /// <param name="labels">Their classes, or null.</param>
    /// <param name="limit">At most so many.</param>
    public void Run(ICamera camera, byte[]? labels, int limit)
    {
        long started = Stopwatch.GetTimestamp();
        FrameInput input = new(model.Input);
        CameraFrame frame = new();
        int batchMax = (int)Math.Clamp(BatchBytesMax / executor.Arena.Length, 1, BatchMax);
        bool isMore = true;
        while (isMore && vectors.Count < limit)
        {
            List<byte[]> arenas = [];
            while (arenas.Count < batchMax && vectors.Count + arenas.Count < limit && (isMore = camera.Read(frame)))
            {
                byte[] arena = new byte[executor.Arena.Length];
                input.Write(frame.Rgb, 0, frame.Width, frame.Height, FrameInput.PixelsRgb24, arena, executor.InputOffset);
                arenas.Add(arena);
            }

            RunBatch([.. arenas], labels);
        }

        Seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private void RunBatch(byte[][] arenas, byte[]? labels)
    {
        byte[][] frames = [.. arenas.Select(a => (byte[])a.Clone())];
        string?[] mismatch = new string?[frames.Length];
        for (int layer = 0; layer < model.Layers.Length; layer++)
        {
            executor.RunLayer(layer, arenas);
            if (executor.PlacedAt(layer) is not null)
                for (int i = 0; i < frames.Length; i++)
                {
                    string? difference = CompareLayer(layer, arenas[i]);
                    mismatch[i] ??= difference;
                }
        }

        for (int i = 0; i < frames.Length; i++)
        {
            frames[i].CopyTo(reference.Arena, 0);
            reference.Run();
            foreach (int output in model.OutputTensors)
                if (!Of(arenas[i], output).SequenceEqual(Of(reference.Arena, output)))
                    mismatch[i] ??= $"output {output} differs";
            int number = vectors.Count;
            vectors.Add(new VectorOutcome(number, labels is null ? -1 : labels[number], ClassOf(arenas[i]), ClassOf(reference.Arena), mismatch[i]));
        }
    }

    /// <summary>The reference's codes for the inputs that the chip had.</summary>
    private string? CompareLayer(int layer, byte[] arena)
    {
        arena.CopyTo(reference.Arena, 0);
        reference.RunLayer(layer);
        ReadOnlySpan<byte> made = Of(arena, model.Layers[layer].Output), right = Of(reference.Arena, model.Layers[layer].Output);
        codes[layer] += made.Length;
        int first = -1;
        for (int i = 0; i < made.Length; i++)
        {
            if (made[i] == right[i])
                continue;
            differing[layer]++;
            if (first < 0)
                first = i;
        }

        return first < 0 ? null : $"layer '{model.Layers[layer].Name}' code {first}: chip {made[first]}, reference {right[first]}";
    }

    private ReadOnlySpan<byte> Of(byte[] arena, int tensor) => arena.AsSpan(model.Tensors[tensor].ArenaOffset, model.Tensors[tensor].ByteCount());

    private int ClassOf(byte[] arena)
    {
        if (model.Task != Model.TaskClassification)
            return -1;
        int output = model.OutputTensors[0];
        ReadOnlySpan<byte> made = Of(arena, output);
        if (model.Tensors[output].Bits != 32)
            return made.Length == 1 ? made[0] : made.IndexOf(made.ToArray().Max());
        int[] sums = [.. Sequence.Range(0, made.Length / 4).Select(i => BitConverter.ToInt32(arena, model.Tensors[output].ArenaOffset + (4 * i)))];
        return Array.IndexOf(sums, sums.Max());
    }
}
