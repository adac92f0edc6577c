namespace Barrel.Runtime
{
    /// <summary>What a layer reads.</summary>
    public static class LayerReads
    {
        /// <summary>Whether a layer reads a tensor.</summary>
        public static bool Tensor(Layer layer, int tensor)
        {
            AccumulatorLayer? sums = layer as AccumulatorLayer;
            if (sums != null && Has(sums.Skips, tensor))
                return true;
            TapLayer? taps = layer as TapLayer;
            if (taps != null)
                return Has(taps.Inputs, tensor);
            BinaryLayer? binary = layer as BinaryLayer;
            if (binary != null)
                return binary.Input == tensor;
            MaxPoolLayer? pool = layer as MaxPoolLayer;
            return pool != null ? pool.Input == tensor : ((ResizeLayer)layer).Input == tensor;
        }

        private static bool Has(TapInput[] inputs, int tensor)
        {
            for (int i = 0; i < inputs.Length; i++)
                if (inputs[i].Tensor == tensor)
                    return true;
            return false;
        }
    }
}
