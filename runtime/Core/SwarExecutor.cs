namespace Barrel.Runtime
{
    /// <summary>
    /// Eight byte lanes or four 16-bit lanes in a <c>ulong</c>: plain integer C# in the nanoFramework dialect, so it runs everywhere and
    /// is what the vector executors are compared with.
    /// </summary>
    public sealed class SwarExecutor : Executor
    {
        public const string ExecutorName = "swar64";

        /// <summary>A tile of at most this many elements, so that it stays in a first-level cache of 32 KiB.</summary>
        internal const int TileElementsMax = 24576;

        public SwarExecutor(Model model)
            : base(model)
        {
            for (int i = 0; i < model.Layers.Length; i++)
            {
                TapLayer? taps = model.Layers[i] as TapLayer;
                if (taps == null)
                    Steps[i] = CreatePlain(model.Layers[i]);
                else
                    Steps[i] = new SwarTapRunner(model, taps, Arena, TileElementsMax);
            }
        }

        public override string Name
        {
            get { return ExecutorName; }
        }
    }
}
