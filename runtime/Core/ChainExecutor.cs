namespace Barrel.Runtime
{
    /// <summary>Binary layers by the digital model of a TDNN chip's chains, all others as <see cref="SwarExecutor"/>: what a chip is compared with.</summary>
    public sealed class ChainExecutor : Executor
    {
        public const string ExecutorName = "chain";

        public ChainExecutor(Model model)
            : base(model)
        {
            for (int i = 0; i < model.Layers.Length; i++)
            {
                TapLayer? taps = model.Layers[i] as TapLayer;
                BinaryLayer? binary = model.Layers[i] as BinaryLayer;
                if (taps != null)
                    Steps[i] = new SwarTapRunner(model, taps, Arena, SwarExecutor.TileElementsMax);
                else if (binary != null)
                    Steps[i] = new ChainRunner(model, binary, Arena);
                else
                    Steps[i] = CreatePlain(model.Layers[i]);
            }
        }

        public override string Name
        {
            get { return ExecutorName; }
        }
    }
}
