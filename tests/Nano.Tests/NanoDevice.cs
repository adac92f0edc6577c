using Barrel.Compiler.Emitting;
using Barrel.Nano.Tests.Interpreter;

namespace Barrel.Nano.Tests;

/// <summary>The runtime and a generated network, compiled against the surface, on the interpreter.</summary>
internal sealed class NanoDevice
{
    private Slot _executor;

    public NanoDevice(NetworkSource source)
    {
        byte[] network = NanoSurface.Compile("Network", Generated.Sources(source), NanoSurface.Core);
        Machine = new Machine(new Interpreter.Program([.. NanoSurface.Assemblies.Values, NanoSurface.Core, network]));
    }

    public Machine Machine { get; }

    public byte[] Arena => (byte[])Machine.Get(_executor, "Arena").Object!;

    /// <summary>Loads the blob and makes the executor.</summary>
    public void Load(byte[] blob)
    {
        Machine.Memory.LeaveOut(blob);
        Slot model = Machine.Call(Machine.Program.Method("Barrel.Runtime.Model", "Load"), Slot.Of(blob), Slot.Of(1 << 20));
        Slot network = Machine.New($"{NetworkSource.Namespace}.{NetworkSource.ClassName}");
        _executor = Machine.New("Barrel.Runtime.GeneratedExecutor", model, network);
    }

    /// <summary>Instructions of one inference.</summary>
    public long Run(byte[] codes)
    {
        codes.CopyTo(Arena, Machine.Get(_executor, "InputOffset").Int);
        long before = Machine.Count;
        Machine.Call(Machine.Program.Method("Barrel.Runtime.Executor", "Run"), _executor);
        return Machine.Count - before;
    }

    /// <summary>Instructions of each layer.</summary>
    public IEnumerable<(string Name, long Count)> LayerCounts(byte[] codes)
    {
        codes.CopyTo(Arena, Machine.Get(_executor, "InputOffset").Int);
        object?[] layers = (object?[])Machine.FieldOf(Machine.Get(_executor, "Model"), "Layers").Object!;
        for (int i = 0; i < layers.Length; i++)
        {
            long before = Machine.Count;
            Machine.Call(Machine.Program.Method("Barrel.Runtime.Executor", "RunLayer"), _executor, Slot.Of(i));
            yield return ((string)Machine.FieldOf(Slot.Of(layers[i]), "Name").Object!, Machine.Count - before);
        }
    }
}
