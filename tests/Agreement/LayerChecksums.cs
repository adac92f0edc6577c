using Barrel.Runtime;

namespace Barrel.Agreement;

/// <summary>What every layer of a model gives, a checksum a layer, so that two machines can be compared line by line.</summary>
public static class LayerChecksums
{
    private const ulong FnvOffset = 14695981039346656037;
    private const ulong FnvPrime = 1099511628211;

    /// <summary>Runs the executor layer by layer over frames.</summary>
    /// <param name="executor">Its arena is overwritten.</param>
    /// <param name="frames">Codes of whole frames, one behind the other.</param>
    /// <returns>"frame layer operator name checksum", a line a layer a frame; the checksum is FNV-1a of the bytes of the layer's output.</returns>
    public static IEnumerable<string> Of(Executor executor, byte[] frames)
    {
        ArgumentNullException.ThrowIfNull(executor);
        ArgumentNullException.ThrowIfNull(frames);
        Model model = executor.Model;
        int frameBytes = model.Input.ByteCount();
        if (frames.Length == 0 || frames.Length % frameBytes != 0)
            throw new ArgumentException($"{frames.Length} bytes are no whole number of frames of {frameBytes} bytes", nameof(frames));
        for (int frame = 0; frame < frames.Length / frameBytes; frame++)
        {
            Array.Copy(frames, frame * frameBytes, executor.Arena, executor.InputOffset, frameBytes);
            for (int i = 0; i < model.Layers.Length; i++)
            {
                executor.RunLayer(i);
                TensorInfo output = model.Tensors[model.Layers[i].Output];
                ulong checksum = Checksum(executor.Arena.AsSpan(output.ArenaOffset, output.ByteCount()));
                yield return $"{frame} {i} {model.Layers[i].Operator} {model.Layers[i].Name} {checksum:x16}";
            }
        }
    }

    private static ulong Checksum(ReadOnlySpan<byte> bytes)
    {
        ulong sum = FnvOffset;
        foreach (byte b in bytes)
            sum = (sum ^ b) * FnvPrime;
        return sum;
    }
}
