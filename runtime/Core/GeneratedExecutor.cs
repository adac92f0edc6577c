namespace Barrel.Runtime
{
    /// <summary>
    /// Runs the layers of a <see cref="GeneratedNetwork"/> as they were generated and all others from the blob, as <see cref="SwarExecutor"/> does.
    /// Tensors go between bytes and words only where one kind of layer reads what the other wrote.
    /// </summary>
    public sealed class GeneratedExecutor : Executor
    {
        public const string ExecutorName = "generated";

        /// <summary>A tile of a layer that runs from the blob has at most this many elements: it shares a small heap.</summary>
        public const int TileElementsMax = 4096;

        /// <param name="model">The blob that the network was made from.</param>
        /// <param name="network">Its generated layers.</param>
        /// <exception cref="BarrelException">BRL3009: the network was made from another blob.</exception>
        public GeneratedExecutor(Model model, GeneratedNetwork network)
            : base(model)
        {
            if (network.Checksum != model.Checksum)
                throw new BarrelException(
                    ModelErrors.OtherNetwork,
                    "generated layers were made from a blob of CRC-32C " + network.Checksum + ", and this one has " + model.Checksum);
            GeneratedLayer?[] layers = new GeneratedLayer?[model.Layers.Length];
            ulong[]? words = null;
            for (int i = 0; i < layers.Length; i++)
            {
                layers[i] = network.LayerAt(i);
                if (layers[i] != null && words == null)
                    words = new ulong[(model.ArenaBytes + 7) >> 3];
            }

            bool[] inWords = new bool[model.Tensors.Length];
            for (int i = 0; i < layers.Length; i++)
            {
                Layer layer = model.Layers[i];
                GeneratedLayer? generated = layers[i];
                TapLayer? taps = layer as TapLayer;
                BinaryLayer? binary = layer as BinaryLayer;
                inWords[layer.Output] = generated != null;
                if (generated == null)
                {
                    if (taps != null)
                        Steps[i] = new SwarTapRunner(model, taps, Arena, TileElementsMax);
                    else if (binary != null)
                        Steps[i] = new BinaryRunner(model, binary, Arena, network.SignsAt(i));
                    else
                        Steps[i] = CreatePlain(layer);
                    continue;
                }

                GeneratedRunner runner = new GeneratedRunner(generated, words!, Arena);
                for (int t = 0; t < model.Tensors.Length; t++)
                    if (!inWords[t] && LayerReads.Tensor(layer, t))
                    {
                        runner.PackBefore(new WordPlanes(model.Tensors[t], network.SplitOf(t)));
                        inWords[t] = true;
                    }

                if (IsReadAsBytes(model, layers, i))
                    runner.UnpackAfter(new WordPlanes(model.Tensors[layer.Output], network.SplitOf(layer.Output)));
                Steps[i] = runner;
            }
        }

        public override string Name
        {
            get { return ExecutorName; }
        }

        private static bool IsReadAsBytes(Model model, GeneratedLayer?[] layers, int index)
        {
            int tensor = model.Layers[index].Output;
            for (int i = 0; i < model.OutputTensors.Length; i++)
                if (model.OutputTensors[i] == tensor)
                    return true;
            for (int i = index + 1; i < layers.Length; i++)
                if (layers[i] == null && LayerReads.Tensor(model.Layers[i], tensor))
                    return true;
            return false;
        }
    }
}
