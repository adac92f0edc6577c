using System.Runtime.InteropServices;
using System.Text;
using Barrel.Boards;
using Barrel.Compiler.Commands;
using Barrel.Runtime;
using Barrel.Compiler.Training.Networks;
using static TorchSharp.torch;

namespace Barrel.Compiler.Training.Loop;

/// <summary>
/// Everything that a training needs to go on: which one it is, the step, tensors by name. The file is written whole or not at all: "BRLT", a version, the
/// identity, the stage, the step, then name, length and 32-bit floats of each tensor.
/// </summary>
internal static class Checkpoint
{
    private const uint Magic = 0x544C5242;
    private const int Version = 1;

    /// <param name="path">Takes the file.</param>
    /// <param name="identity">Network, data and options: what must be equal to go on.</param>
    /// <param name="stage">0: first training, 1: fine-tuning.</param>
    /// <param name="step">Steps made in that stage.</param>
    /// <param name="state">Tensors of 32-bit floats.</param>
    public static void Write(string path, string identity, int stage, long step, IEnumerable<(string Name, Tensor Values)> state)
    {
        try
        {
            WholeFile.Write(path, stream =>
            {
                using BinaryWriter writer = new(stream, Encoding.UTF8, leaveOpen: true);
                writer.Write(Magic);
                writer.Write(Version);
                writer.Write(identity);
                writer.Write(stage);
                writer.Write(step);
                (string Name, Tensor Values)[] all = [.. state];
                writer.Write(all.Length);
                foreach ((string name, Tensor values) in all)
                {
                    writer.Write(name);
                    float[] numbers = TrainedLayer.Numbers(values);
                    writer.Write(numbers.Length);
                    writer.Write(MemoryMarshal.AsBytes(numbers.AsSpan()));
                }
            });
        }
        catch (Exception e) when (WholeFile.IsFailure(e))
        {
            throw new BarrelException(CommandErrors.Unwritable, $"{path}: the checkpoint cannot be written: {e.Message.TrimEnd('.')}", e);
        }
    }

    /// <exception cref="BarrelException">BRL1603: no checkpoint, a damaged one, or another training's.</exception>
    public static (int Stage, long Step, Dictionary<string, float[]> State) Read(string path, string identity)
    {
        try
        {
            using BinaryReader reader = new(File.OpenRead(path), Encoding.UTF8);
            if (reader.ReadUInt32() != Magic || reader.ReadInt32() != Version)
                throw Bad($"{path}: no checkpoint of this version");
            string found = reader.ReadString();
            if (found != identity)
                throw Bad($"{path}: it is of '{found}', this training is '{identity}'; repeat its options, or leave --resume out");
            int stage = reader.ReadInt32();
            long step = reader.ReadInt64();
            int count = reader.ReadInt32();
            Dictionary<string, float[]> state = [];
            for (int i = 0; i < count; i++)
            {
                string name = reader.ReadString();
                int length = reader.ReadInt32();
                if (length < 0 || 4L * length > reader.BaseStream.Length - reader.BaseStream.Position)
                    throw Bad($"{path}: the checkpoint is damaged or cut off at '{name}'");
                float[] numbers = new float[length];
                reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(numbers.AsSpan()));
                state[name] = numbers;
            }

            return (stage, step, state);
        }
        catch (Exception e) when (WholeFile.IsFailure(e))
        {
            throw new BarrelException(TrainingErrors.BadCheckpoint, $"{path}: the checkpoint cannot be read: {e.Message.TrimEnd('.')}", e);
        }
    }

    /// <summary>Puts numbers back into tensors; each must be there with its length.</summary>
    public static void Restore(string path, Dictionary<string, float[]> numbers, IEnumerable<(string Name, Tensor Values)> state)
    {
        using IDisposable off = no_grad();
        foreach ((string name, Tensor values) in state)
        {
            if (!numbers.TryGetValue(name, out float[]? found) || found.Length != values.numel())
                throw Bad($"{path}: '{name}' with {values.numel()} numbers is not in it");
            using Tensor restored = tensor(found, values.shape);
            values.copy_(restored);
        }
    }

    private static BarrelException Bad(string message) => new(TrainingErrors.BadCheckpoint, message);
}
