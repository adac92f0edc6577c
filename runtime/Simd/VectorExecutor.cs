namespace Barrel.Runtime.Simd;

/// <summary>Runs a model with vectors of one width.</summary>
internal sealed class VectorExecutor<TLanes, TBytes, TWords, TInts> : Executor
    where TLanes : ILanes<TBytes, TWords, TInts>
    where TBytes : struct
    where TWords : struct
    where TInts : struct
{
    public VectorExecutor(Model model, string name)
        : base(model)
    {
        Name = name;
        for (int i = 0; i < model.Layers.Length; i++)
        {
            Steps[i] = model.Layers[i] is not TapLayer taps ? CreatePlain(model.Layers[i])
                : TapProgram.FitsBytes(model, taps)
                    ? new ByteTapRunner<TLanes, TBytes, TWords, TInts>(model, taps, Arena)
                    : new WordTapRunner<TLanes, TBytes, TWords, TInts>(model, taps, Arena);
        }
    }

    public override string Name { get; }
}
