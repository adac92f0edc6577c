namespace Barrel.Runtime
{
    /// <summary>Reads and checks the layers of a blob, one after another.</summary>
    internal sealed class LayerReader
    {
        private readonly BlobCursor _cursor;
        private readonly Model _model;
        private string _name;
        private int _output;

        public LayerReader(BlobCursor cursor, Model model)
        {
            _cursor = cursor;
            _model = model;
        }

        public Layer Read()
        {
            int start = _cursor.Decoder.Position;
            int kind = _cursor.Number(Fields.Kind, ModelFormat.LayerTaps, ModelFormat.LayerResize, "layer kind");
            _name = _cursor.Text(Fields.TextOfLayer, "layer name");
            string op = _cursor.Text(Fields.TextOfOperator, "layer operator");
            _output = _cursor.Near(Fields.Output, _output + 1, 0, _model.Tensors.Length - 1, "output tensor");
            Layer layer = kind == ModelFormat.LayerTaps ? ReadTaps(_output)
                : kind == ModelFormat.LayerBinary ? ReadBinary(_output)
                : kind == ModelFormat.LayerMaxPool ? ReadMaxPool(_output)
                : ReadResize(_output);
            layer.Name = _name;
            layer.Operator = op;
            layer.Output = _output;
            layer.Macs = ReadMacs(layer);
            layer.BlobBytes = _cursor.Decoder.Position - start;
            _model.Macs += layer.Macs;
            if (_model.Macs < 0)
                throw Bad("brings the multiplications to more than 63 bits");
            return layer;
        }

        /// <summary>0; as many as the layer's dense kernel takes; or any other number, in two parts.</summary>
        private long ReadMacs(Layer layer)
        {
            int way = _cursor.Number(Fields.Macs, 0, layer is TapLayer ? 2 : 1, "way of counting multiplications");
            if (way == 0)
                return 0;
            if (way == 2)
                return ((TapLayer)layer).DenseMacs();
            long high = _cursor.Number(Fields.Single, 0, int.MaxValue, "multiplications");
            return (high << 31) + _cursor.Number(Fields.Single, 0, int.MaxValue, "multiplications");
        }

        private TapLayer ReadTaps(int output)
        {
            TapLayer layer = new TapLayer();
            layer.Output = output;
            layer.Inputs = ReadInputs(1, ModelFormat.InputsMax, "inputs");
            TapInput first = layer.Inputs[0];
            layer.InputHeight = _model.Tensors[first.Tensor].Height << first.UpsampleShiftY;
            layer.InputWidth = _model.Tensors[first.Tensor].Width << first.UpsampleShiftX;
            for (int i = 0; i < layer.Inputs.Length; i++)
            {
                TapInput input = layer.Inputs[i];
                TensorInfo tensor = _model.Tensors[input.Tensor];
                if (tensor.Bits > 8 || tensor.Height << input.UpsampleShiftY != layer.InputHeight
                    || tensor.Width << input.UpsampleShiftX != layer.InputWidth)
                    throw Bad("has inputs of different sizes or of raw sums");
                layer.InputChannels += input.Channels;
            }

            if (layer.InputChannels > ModelFormat.ExtentMax)
                throw Bad("reads " + layer.InputChannels + " channels; at most " + ModelFormat.ExtentMax + " are right");

            layer.Groups = _cursor.Number(Fields.Groups, 1, layer.InputChannels, "groups");
            layer.KernelHeight = _cursor.Number(Fields.Kernel, 1, ModelFormat.KernelMax, "kernel height");
            layer.KernelWidth = _cursor.Number(Fields.Kernel, 1, ModelFormat.KernelMax, "kernel width");
            layer.StrideY = _cursor.Number(Fields.Stride, 1, ModelFormat.KernelMax, "stride");
            layer.StrideX = _cursor.Number(Fields.Stride, 1, ModelFormat.KernelMax, "stride");
            layer.DilationY = _cursor.Number(Fields.Dilation, 1, ModelFormat.KernelMax, "dilation");
            layer.DilationX = _cursor.Number(Fields.Dilation, 1, ModelFormat.KernelMax, "dilation");
            layer.PadTop = Pad();
            layer.PadLeft = Pad();
            layer.PhaseY = _cursor.Number(Fields.Phase, 1, ModelFormat.PhasesMax, "phase");
            layer.PhaseX = _cursor.Number(Fields.Phase, 1, ModelFormat.PhasesMax, "phase");
            TensorInfo made = _model.Tensors[output];
            layer.GridHeight = (made.Height + layer.PhaseY - 1) / layer.PhaseY;
            layer.GridWidth = (made.Width + layer.PhaseX - 1) / layer.PhaseX;
            ReadRows(layer, made, layer.PhaseY * layer.PhaseX);
            if (layer.InputChannels % layer.Groups != 0 || layer.Rows % layer.Groups != 0)
                throw Bad("has " + layer.Groups + " groups, which divide neither inputs nor rows");

            layer.TapsRelative = _cursor.Number(Fields.TapsFlag, 0, 1, "flag of taps") != 0;
            layer.TapsLowest = _cursor.Signed(Fields.TapsLowest, "least exponent");
            if (layer.TapsLowest < -1000 || layer.TapsLowest > 1000)
                throw Bad("has a least exponent of " + layer.TapsLowest);
            layer.TapsLevels = _cursor.Number(Fields.TapsLevels, 1, ModelFormat.LevelsMax, "exponents");
            _cursor.Spend((long)layer.InputChannels / layer.Groups * layer.KernelHeight * layer.KernelWidth * layer.Rows, "taps of layer '" + _name + "'");
            layer.Taps = new RangeDecoder(_cursor.Decoder);
            _cursor.Decoder.MoveTo(RangeProof.CheckTaps(_model, layer, _name));
            return layer;
        }

        private BinaryLayer ReadBinary(int output)
        {
            BinaryLayer layer = new BinaryLayer();
            layer.Output = output;
            layer.Input = InputTensor();
            TensorInfo tensor = _model.Tensors[layer.Input];
            TensorInfo made = _model.Tensors[output];
            if (tensor.Bits != 1)
                throw Bad("takes an input of " + tensor.Bits + " bits; one bit is right");
            layer.KernelHeight = _cursor.Number(Fields.Kernel, 1, ModelFormat.KernelMax, "kernel height");
            layer.KernelWidth = _cursor.Number(Fields.Kernel, 1, ModelFormat.KernelMax, "kernel width");
            layer.StrideY = _cursor.Number(Fields.Stride, 1, ModelFormat.KernelMax, "stride");
            layer.StrideX = _cursor.Number(Fields.Stride, 1, ModelFormat.KernelMax, "stride");
            layer.DilationY = _cursor.Number(Fields.Dilation, 1, ModelFormat.KernelMax, "dilation");
            layer.DilationX = _cursor.Number(Fields.Dilation, 1, ModelFormat.KernelMax, "dilation");
            layer.GridHeight = made.Height;
            layer.GridWidth = made.Width;
            if ((long)(made.Height - 1) * layer.StrideY + (long)(layer.KernelHeight - 1) * layer.DilationY >= tensor.Height
                || (long)(made.Width - 1) * layer.StrideX + (long)(layer.KernelWidth - 1) * layer.DilationX >= tensor.Width)
                throw Bad("reads outside of its input of bits, which have no zero");
            layer.FanIn = tensor.Channels * layer.KernelHeight * layer.KernelWidth;
            ReadRows(layer, made, 1);
            layer.WordsPerRow = (layer.FanIn + 63) >> 6;
            _cursor.Spend((long)layer.Rows * layer.WordsPerRow * 8, "weights of layer '" + _name + "'");
            layer.Weights = new ulong[layer.Rows * layer.WordsPerRow];
            for (int i = 0; i < layer.Weights.Length; i++)
                for (int part = 0; part < 64; part += 16)
                    layer.Weights[i] |= (ulong)(long)_cursor.EvenBits(16) << part;
            RangeProof.CheckBinary(_model, layer, _name);
            return layer;
        }

        private void ReadRows(AccumulatorLayer layer, TensorInfo made, int phases)
        {
            layer.Mode = _cursor.Number(Fields.Mode, AccumulatorLayer.ModeRequantize, AccumulatorLayer.ModeArgMax, "mode");
            int channels = layer.Mode == AccumulatorLayer.ModeArgMax ? _cursor.Number(Fields.Single, 1, 256, "classes") : made.Channels;
            long rows = (long)channels * phases;
            if (rows > ModelFormat.ExtentMax)
                throw Bad("has " + rows + " rows; at most " + ModelFormat.ExtentMax + " are right");
            layer.Rows = (int)rows;
            if (layer.Mode == AccumulatorLayer.ModeRaw ? made.Bits != 32 : made.Bits == 32)
                throw Bad("writes " + made.Bits + " bits, which its mode does not make");
            if (layer.Mode == AccumulatorLayer.ModeArgMax && (made.Channels != 1 || made.Bits != 8))
                throw Bad("writes the greatest channel's index to " + made.Channels + " channels of " + made.Bits + " bits; one of 8 is right");
            _cursor.Announce(rows, "rows");
            if (layer.Mode == AccumulatorLayer.ModeRequantize)
                RequantizeReader.Read(_cursor, layer, made, phases);
            layer.Bias = new int[rows];
            for (int i = 0; i < rows; i++)
                layer.Bias[i] = _cursor.Signed(Fields.Bias, "bias");
            layer.Skips = ReadInputs(0, 2, "skips");
            layer.SkipShift = new byte[layer.Skips.Length][];
            for (int i = 0; i < layer.Skips.Length; i++)
                layer.SkipShift[i] = ReadSkip(layer, layer.Skips[i], made);
        }

        private byte[] ReadSkip(AccumulatorLayer layer, TapInput skip, TensorInfo made)
        {
            TensorInfo tensor = _model.Tensors[skip.Tensor];
            if (tensor.Bits > 8 || tensor.Height != made.Height || tensor.Width != made.Width || skip.Channels < made.Channels
                || layer.Rows != made.Channels || skip.UpsampleShiftX != 0 || skip.UpsampleShiftY != 0)
                throw Bad("adds a tensor of another shape");
            byte[] shifts = new byte[layer.Rows];
            for (int r = 0; r < shifts.Length; r++)
            {
                // The skip in the accumulator's unit, which lies the write-out's shift below the output's scale.
                int expected = tensor.ScaleExponentOf(skip.FirstChannel + r);
                if (layer.Mode == AccumulatorLayer.ModeRequantize)
                    expected += layer.Shift[r] - made.ScaleExponentOf(r);
                shifts[r] = (byte)_cursor.Near(Fields.SkipShift, expected, 0, 255, "shift of a skip");
                if (shifts[r] > ModelFormat.ExponentMax && shifts[r] != 255)
                    throw Bad("shifts a skip by " + shifts[r]);
            }

            return shifts;
        }

        private MaxPoolLayer ReadMaxPool(int output)
        {
            MaxPoolLayer layer = new MaxPoolLayer();
            layer.Input = InputTensor();
            layer.KernelHeight = _cursor.Number(Fields.Kernel, 1, ModelFormat.KernelMax, "kernel height");
            layer.KernelWidth = _cursor.Number(Fields.Kernel, 1, ModelFormat.KernelMax, "kernel width");
            layer.StrideY = _cursor.Number(Fields.Stride, 1, ModelFormat.KernelMax, "stride");
            layer.StrideX = _cursor.Number(Fields.Stride, 1, ModelFormat.KernelMax, "stride");
            layer.DilationY = _cursor.Number(Fields.Dilation, 1, ModelFormat.KernelMax, "dilation");
            layer.DilationX = _cursor.Number(Fields.Dilation, 1, ModelFormat.KernelMax, "dilation");
            layer.PadTop = Pad();
            layer.PadLeft = Pad();
            CheckSameCodes(layer.Input, output);
            return layer;
        }

        private ResizeLayer ReadResize(int output)
        {
            ResizeLayer layer = new ResizeLayer();
            layer.Input = InputTensor();
            TensorInfo source = _model.Tensors[layer.Input];
            TensorInfo made = _model.Tensors[output];
            layer.RowIndex = Indices(made.Height, source.Height);
            layer.RowFraction = Fractions(made.Height);
            layer.ColumnIndex = Indices(made.Width, source.Width);
            layer.ColumnFraction = Fractions(made.Width);
            CheckSameCodes(layer.Input, output);
            if (source.IsLog && (HasFraction(layer.RowFraction) || HasFraction(layer.ColumnFraction)))
                throw Bad("resamples log codes by fractions; only whole codes can be taken");
            return layer;
        }

        private static bool HasFraction(byte[] fractions)
        {
            for (int i = 0; i < fractions.Length; i++)
                if (fractions[i] != 0)
                    return true;
            return false;
        }

        private short[] Indices(int count, int extent)
        {
            _cursor.Announce(count, "resampling table");
            short[] indices = new short[count];
            int last = 0;
            for (int i = 0; i < count; i++)
            {
                last = _cursor.Near(Fields.ResizeIndex, last, 0, extent - 1 < 32767 ? extent - 1 : 32767, "resampling index");
                indices[i] = (short)last;
            }

            return indices;
        }

        private byte[] Fractions(int count)
        {
            byte[] fractions = new byte[count];
            for (int i = 0; i < count; i++)
                fractions[i] = (byte)_cursor.Number(Fields.ResizeFraction, 0, (1 << ResizeLayer.FractionBits) - 1, "resampling fraction");
            return fractions;
        }

        private TapInput[] ReadInputs(int min, int max, string field)
        {
            TapInput[] inputs = new TapInput[_cursor.Number(min == 0 ? Fields.SkipCount : Fields.InputCount, min, max, field)];
            for (int i = 0; i < inputs.Length; i++)
            {
                TapInput input = new TapInput();
                input.Tensor = InputTensor();
                int channels = _model.Tensors[input.Tensor].Channels;
                input.FirstChannel = _cursor.Number(Fields.InputFirst, 0, channels - 1, "first channel");
                int rest = channels - input.FirstChannel;
                input.Channels = rest - _cursor.Number(Fields.InputChannels, 0, rest - 1, "channels left out");
                int shifts = _cursor.Number(Fields.InputUpsampling, 0, 255, "upsampling");
                input.UpsampleShiftY = shifts >> 4;
                input.UpsampleShiftX = shifts & 15;
                if (input.UpsampleShiftY > ModelFormat.UpsampleShiftMax || input.UpsampleShiftX > ModelFormat.UpsampleShiftMax)
                    throw Bad("upsamples by more than 64");
                inputs[i] = input;
            }

            return inputs;
        }

        private void CheckSameCodes(int input, int output)
        {
            TensorInfo source = _model.Tensors[input];
            TensorInfo made = _model.Tensors[output];
            if (source.Channels != made.Channels || source.Bits != made.Bits || source.Bits > 8)
                throw Bad("makes " + made.Channels + " channels of " + made.Bits + " bits from " + source.Channels + " of " + source.Bits);
            if (source.IsLog != made.IsLog || (source.IsLog && source.Zeros[0] != made.Zeros[0]))
                throw Bad("makes codes of another kind than it reads");
        }

        private int Pad()
        {
            int pad = _cursor.Signed(Fields.Pad, "padding");
            if (pad < -ModelFormat.ExtentMax || pad > ModelFormat.ExtentMax)
                throw Bad("pads by " + pad);
            return pad;
        }

        private int InputTensor()
        {
            return _cursor.Near(Fields.InputTensor, _output - 1, 0, _model.Tensors.Length - 1, "input tensor");
        }

        private BarrelException Bad(string what)
        {
            return new BarrelException(ModelErrors.BadField, "layer '" + _name + "' " + what);
        }
    }
}
