namespace Barrel.Runtime
{
    /// <summary>
    /// Proves that no accumulator can leave 32 bits, whatever the codes: acc lies in
    /// [Bias − Σ− 2^e·levelMax, Bias + Σ+ 2^e·levelMax + skips], and so must what the write-out makes of it.
    /// </summary>
    internal static class RangeProof
    {
        /// <summary>Does so for a layer of taps, and finishes its biases: the blob has them without what zero codes sum to.</summary>
        /// <returns>What lies behind the taps.</returns>
        public static RangeDecoder CheckTaps(Model model, TapLayer layer, string name)
        {
            int perGroup = layer.InputChannels / layer.Groups;
            int rowsPerGroup = layer.Rows / layer.Groups;
            int kernelArea = layer.KernelHeight * layer.KernelWidth;
            int[] codeMax = new int[layer.InputChannels];
            int[] zeros = new int[layer.InputChannels];
            int c = 0;
            for (int i = 0; i < layer.Inputs.Length; i++)
                for (int k = 0; k < layer.Inputs[i].Channels; k++, c++)
                {
                    TensorInfo tensor = model.Tensors[layer.Inputs[i].Tensor];
                    codeMax[c] = tensor.LevelMax();
                    zeros[c] = tensor.LevelOf(tensor.ZeroOf(layer.Inputs[i].FirstChannel + k));
                }

            layer.ExponentMin = ModelFormat.ExponentMax;
            layer.ExponentMax = 0;
            TapReader taps = new TapReader(model, layer);
            KeptTaps? kept = model.KeepsTaps ? new KeptTaps(layer.Rows, ScratchBound.TapsMax(model.BlobLength)) : null;
            for (int row = 0; row < layer.Rows; row++)
            {
                int firstChannel = row / rowsPerGroup * perGroup;
                long plus = 0;
                long minus = 0;
                long ofZeros = OfSkipZeros(model, layer, row);
                int runs = taps.BeginRow();
                for (int r = 0; r < runs; r++)
                {
                    int count = taps.BeginRun();
                    int exponent = taps.Exponent;
                    if (exponent > layer.ExponentMax)
                        layer.ExponentMax = exponent;
                    if (exponent < layer.ExponentMin)
                        layer.ExponentMin = exponent;
                    layer.TapCount += count;
                    if (kept != null)
                        kept.BeginRun(count, exponent, taps.Negative);
                    for (int t = 0; t < count; t++)
                    {
                        int index = taps.NextTap();
                        int channel = firstChannel + index / kernelArea;
                        if (kept != null)
                            kept.Add(firstChannel * kernelArea + index);
                        long most = (long)codeMax[channel] << exponent;
                        long zero = (long)zeros[channel] << exponent;
                        if (taps.Negative)
                        {
                            minus += most;
                            ofZeros -= zero;
                        }
                        else
                        {
                            plus += most;
                            ofZeros += zero;
                        }
                    }

                    // The partial sums of the runs are bounded by the whole ones, so checking early only ends a hopeless row sooner.
                    if (plus > int.MaxValue || minus > int.MaxValue)
                        throw Overflow(name, row, plus > minus ? plus : minus);
                }

                if (kept != null)
                    kept.EndRow();
                long bias = layer.Bias[row] - ofZeros;
                Check(name, row, bias);
                layer.Bias[row] = (int)bias;
                CheckRow(model, layer, name, row, -minus, plus);
            }

            if (layer.TapCount == 0)
                layer.ExponentMin = 0;
            if (kept != null && !kept.IsTooMany)
            {
                kept.End();
                layer.Kept = kept;
            }

            return taps.Decoder;
        }

        public static void CheckBinary(Model model, BinaryLayer layer, string name)
        {
            for (int row = 0; row < layer.Rows; row++)
                CheckRow(model, layer, name, row, -layer.FanIn, layer.FanIn);
        }

        private static long OfSkipZeros(Model model, TapLayer layer, int row)
        {
            long sum = 0;
            for (int i = 0; i < layer.Skips.Length; i++)
                if (layer.SkipShift[i][row] != 255)
                {
                    TensorInfo tensor = model.Tensors[layer.Skips[i].Tensor];
                    sum += (long)tensor.LevelOf(tensor.ZeroOf(layer.Skips[i].FirstChannel + row)) << layer.SkipShift[i][row];
                }

            return sum;
        }

        private static void CheckRow(Model model, AccumulatorLayer layer, string name, int row, long low, long high)
        {
            // Every partial sum must fit as well, the bias first.
            low += layer.Bias[row] < 0 ? layer.Bias[row] : 0;
            high += layer.Bias[row] > 0 ? layer.Bias[row] : 0;
            for (int i = 0; i < layer.Skips.Length; i++)
                if (layer.SkipShift[i][row] != 255)
                    high += (long)model.Tensors[layer.Skips[i].Tensor].LevelMax() << layer.SkipShift[i][row];
            Check(name, row, low);
            Check(name, row, high);
            if (layer.Mode != AccumulatorLayer.ModeRequantize)
                return;
            long least = low;
            long most = high;
            if (layer.SlopeCount != null)
            {
                long plus = 0;
                long minus = 0;
                for (int t = 0; t < layer.SlopeCount[row]; t++)
                {
                    int term = layer.SlopeTerms[layer.SlopeFirst[row] + t];
                    int shift = (term & 0x7F) - 32;
                    long part = shift < 0 ? low << -shift : low >> shift;
                    Check(name, row, part);
                    if ((term & 0x80) != 0)
                        minus -= part;
                    else
                        plus += part;
                    Check(name, row, plus);
                    Check(name, row, minus);
                }

                least = plus < 0 ? plus : 0;
                most = minus > high ? minus : high;
            }

            Check(name, row, least + layer.Post[row]);
            Check(name, row, most + layer.Post[row]);
        }

        private static void Check(string name, int row, long value)
        {
            if (value > int.MaxValue || value < -int.MaxValue)
                throw Overflow(name, row, value);
        }

        private static BarrelException Overflow(string name, int row, long value)
        {
            return new BarrelException(
                ModelErrors.Overflow, "layer '" + name + "' can sum to " + value + " in row " + row + "; 32 bits end at " + int.MaxValue);
        }
    }
}
