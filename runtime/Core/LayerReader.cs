namespace Barrel.Runtime
{
    /// <summary>Reads and checks the layers of a blob, one after another.</summary>
    internal sealed class LayerReader
    {
        private readonly BlobCursor _cursor;
        private readonly Model _model;
        private string _name;

        public LayerReader(BlobCursor cursor, Model model)
        {
            _cursor = cursor;
            _model = model;
        }

        public Layer Read()
        {
            int start = _cursor.Position;
            int kind = _cursor.Byte(ModelFormat.LayerTaps, ModelFormat.LayerResize, "layer kind");
            _name = _cursor.Text("layer name");
            string op = _cursor.Text("layer operator");
            int output = TensorIndex("output");
            long macs = _cursor.UInt64();
            if (macs < 0)
                throw Bad("has a negative number of multiplications");
            Layer layer = kind == ModelFormat.LayerTaps ? ReadTaps(output)
                : kind == ModelFormat.LayerBinary ? ReadBinary(output)
                : kind == ModelFormat.LayerMaxPool ? ReadMaxPool(output)
                : ReadResize(output);
            layer.Name = _name;
            layer.Operator = op;
            layer.Output = output;
            layer.Macs = macs;
            layer.BlobBytes = _cursor.Position - start;
            _model.Macs += macs;
            if (_model.Macs < 0)
                throw Bad("brings the multiplications to more than 63 bits");
            return layer;
        }

        private TapLayer ReadTaps(int output)
        {
            TapLayer layer = new TapLayer();
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

            layer.Groups = _cursor.Varint(1, layer.InputChannels, "groups");
            layer.KernelHeight = _cursor.Varint(1, ModelFormat.KernelMax, "kernel height");
            layer.KernelWidth = _cursor.Varint(1, ModelFormat.KernelMax, "kernel width");
            layer.StrideY = _cursor.Varint(1, ModelFormat.KernelMax, "stride");
            layer.StrideX = _cursor.Varint(1, ModelFormat.KernelMax, "stride");
            layer.DilationY = _cursor.Varint(1, ModelFormat.KernelMax, "dilation");
            layer.DilationX = _cursor.Varint(1, ModelFormat.KernelMax, "dilation");
            layer.PadTop = Pad();
            layer.PadLeft = Pad();
            layer.PhaseY = _cursor.Varint(1, ModelFormat.PhasesMax, "phase");
            layer.PhaseX = _cursor.Varint(1, ModelFormat.PhasesMax, "phase");
            TensorInfo made = _model.Tensors[output];
            layer.GridHeight = (made.Height + layer.PhaseY - 1) / layer.PhaseY;
            layer.GridWidth = (made.Width + layer.PhaseX - 1) / layer.PhaseX;
            layer.Mode = _cursor.Byte(AccumulatorLayer.ModeRequantize, AccumulatorLayer.ModeArgMax, "mode");
            int channels = layer.Mode == AccumulatorLayer.ModeArgMax ? _cursor.Varint(1, 256, "classes") : made.Channels;
            layer.Rows = CheckedRows((long)channels * layer.PhaseY * layer.PhaseX);
            if (layer.InputChannels % layer.Groups != 0 || layer.Rows % layer.Groups != 0)
                throw Bad("has " + layer.Groups + " groups, which divide neither inputs nor rows");
            ReadWriteOut(layer, made);
            layer.TapsLength = _cursor.Count(layer.Rows, 1, "bytes of taps");
            layer.TapsOffset = _cursor.Position;
            _cursor.Skip(layer.TapsLength);
            RangeProof.CheckTaps(_model, layer, _name);
            return layer;
        }

        private BinaryLayer ReadBinary(int output)
        {
            BinaryLayer layer = new BinaryLayer();
            layer.Input = TensorIndex("input");
            TensorInfo tensor = _model.Tensors[layer.Input];
            TensorInfo made = _model.Tensors[output];
            if (tensor.Bits != 1 || made.Height != 1 || made.Width != 1)
                throw Bad("takes an input of " + tensor.Bits + " bits; one bit in and a vector out are right");
            layer.FanIn = tensor.ByteCount();
            layer.Mode = _cursor.Byte(AccumulatorLayer.ModeRequantize, AccumulatorLayer.ModeArgMax, "mode");
            layer.Rows = layer.Mode == AccumulatorLayer.ModeArgMax ? _cursor.Varint(1, 256, "classes") : made.Channels;
            ReadWriteOut(layer, made);
            layer.WordsPerRow = (layer.FanIn + 63) >> 6;
            if ((long)layer.Rows * layer.WordsPerRow * 8 > _cursor.BytesLeft)
                throw Bad("has fewer weights than " + layer.Rows + " rows of " + layer.FanIn + " bits");
            layer.Weights = new ulong[layer.Rows * layer.WordsPerRow];
            for (int i = 0; i < layer.Weights.Length; i++)
                layer.Weights[i] = (ulong)_cursor.UInt64();
            RangeProof.CheckBinary(_model, layer, _name);
            return layer;
        }

        private void ReadWriteOut(AccumulatorLayer layer, TensorInfo made)
        {
            int rows = layer.Rows;
            if (layer.Mode == AccumulatorLayer.ModeRaw ? made.Bits != 32 : made.Bits == 32)
                throw Bad("writes " + made.Bits + " bits, which its mode does not make");
            if (layer.Mode == AccumulatorLayer.ModeArgMax && (made.Channels != 1 || made.Bits != 8))
                throw Bad("writes the greatest channel's index to " + made.Channels + " channels of " + made.Bits + " bits; one of 8 is right");
            _cursor.NeedEach(rows, 1, "rows");
            layer.Bias = new int[rows];
            for (int i = 0; i < rows; i++)
                layer.Bias[i] = _cursor.SignedVarint("bias");
            layer.Skips = ReadInputs(0, 2, "skips");
            layer.SkipShift = new byte[layer.Skips.Length][];
            for (int i = 0; i < layer.Skips.Length; i++)
            {
                CheckSkip(layer.Skips[i], made, rows);
                layer.SkipShift[i] = _cursor.Bytes(rows);
                for (int r = 0; r < rows; r++)
                    if (layer.SkipShift[i][r] > ModelFormat.ExponentMax && layer.SkipShift[i][r] != 255)
                        throw Bad("shifts a skip by " + layer.SkipShift[i][r]);
            }

            if (layer.Mode != AccumulatorLayer.ModeRequantize)
                return;
            layer.Shift = _cursor.Bytes(rows);
            layer.Low = _cursor.Bytes(rows);
            layer.High = _cursor.Bytes(rows);
            layer.Post = new int[rows];
            int codeMax = (1 << made.Bits) - 1;
            for (int i = 0; i < rows; i++)
            {
                layer.Post[i] = _cursor.SignedVarint("rounding term");
                if (layer.Shift[i] > 31 || layer.Low[i] > layer.High[i] || layer.High[i] > codeMax)
                    throw Bad("clamps row " + i + " to " + layer.Low[i] + " .. " + layer.High[i] + " after a shift by " + layer.Shift[i]);
            }

            if (made.IsLog)
                layer.Borders = LogCode.BordersOf(made, layer.Shift);
            if (_cursor.Byte(0, 1, "slopes") != 0)
                ReadSlopes(layer);
        }

        private void ReadSlopes(AccumulatorLayer layer)
        {
            layer.SlopeCount = _cursor.Bytes(layer.Rows);
            layer.SlopeFirst = new int[layer.Rows];
            int total = 0;
            for (int i = 0; i < layer.Rows; i++)
            {
                layer.SlopeFirst[i] = total;
                total += layer.SlopeCount[i];
                if (layer.SlopeCount[i] > 8)
                    throw Bad("has a slope of " + layer.SlopeCount[i] + " terms; at most 8 are right");
            }

            layer.SlopeTerms = _cursor.Bytes(total);
            for (int i = 0; i < total; i++)
            {
                int shift = (layer.SlopeTerms[i] & 0x7F) - 32;
                if (shift < -8 || shift > 31)
                    throw Bad("has a slope term shifted by " + shift);
            }
        }

        private MaxPoolLayer ReadMaxPool(int output)
        {
            MaxPoolLayer layer = new MaxPoolLayer();
            layer.Input = TensorIndex("input");
            layer.KernelHeight = _cursor.Varint(1, ModelFormat.KernelMax, "kernel height");
            layer.KernelWidth = _cursor.Varint(1, ModelFormat.KernelMax, "kernel width");
            layer.StrideY = _cursor.Varint(1, ModelFormat.KernelMax, "stride");
            layer.StrideX = _cursor.Varint(1, ModelFormat.KernelMax, "stride");
            layer.DilationY = _cursor.Varint(1, ModelFormat.KernelMax, "dilation");
            layer.DilationX = _cursor.Varint(1, ModelFormat.KernelMax, "dilation");
            layer.PadTop = Pad();
            layer.PadLeft = Pad();
            CheckSameCodes(layer.Input, output);
            return layer;
        }

        private ResizeLayer ReadResize(int output)
        {
            ResizeLayer layer = new ResizeLayer();
            layer.Input = TensorIndex("input");
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
            _cursor.NeedEach(count, 1, "resampling table");
            short[] indices = new short[count];
            for (int i = 0; i < count; i++)
                indices[i] = (short)_cursor.Varint(0, extent - 1 < 32767 ? extent - 1 : 32767, "resampling index");
            return indices;
        }

        private byte[] Fractions(int count)
        {
            byte[] fractions = _cursor.Bytes(count);
            for (int i = 0; i < count; i++)
                if (fractions[i] >> ResizeLayer.FractionBits != 0)
                    throw Bad("has a resampling fraction of " + fractions[i]);
            return fractions;
        }

        private TapInput[] ReadInputs(int min, int max, string field)
        {
            int count = _cursor.Byte(min, max, field);
            TapInput[] inputs = new TapInput[count];
            for (int i = 0; i < count; i++)
            {
                TapInput input = new TapInput();
                input.Tensor = TensorIndex("input");
                int channels = _model.Tensors[input.Tensor].Channels;
                input.FirstChannel = _cursor.Varint(0, channels - 1, "first channel");
                input.Channels = _cursor.Varint(1, channels - input.FirstChannel, "channels");
                int shifts = _cursor.Byte();
                input.UpsampleShiftY = shifts >> 4;
                input.UpsampleShiftX = shifts & 15;
                if (input.UpsampleShiftY > ModelFormat.UpsampleShiftMax || input.UpsampleShiftX > ModelFormat.UpsampleShiftMax)
                    throw Bad("upsamples by more than 64");
                inputs[i] = input;
            }

            return inputs;
        }

        private void CheckSkip(TapInput skip, TensorInfo made, int rows)
        {
            TensorInfo tensor = _model.Tensors[skip.Tensor];
            if (tensor.Bits > 8 || tensor.Height != made.Height || tensor.Width != made.Width || skip.Channels < made.Channels
                || rows != made.Channels || skip.UpsampleShiftX != 0 || skip.UpsampleShiftY != 0)
                throw Bad("adds a tensor of another shape");
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

        private int CheckedRows(long rows)
        {
            if (rows > ModelFormat.ExtentMax)
                throw Bad("has " + rows + " rows; at most " + ModelFormat.ExtentMax + " are right");
            return (int)rows;
        }

        private int Pad()
        {
            int pad = _cursor.SignedVarint("padding");
            if (pad < -ModelFormat.ExtentMax || pad > ModelFormat.ExtentMax)
                throw Bad("pads by " + pad);
            return pad;
        }

        private int TensorIndex(string field)
        {
            return _cursor.Varint(0, _model.Tensors.Length - 1, field);
        }

        private BarrelException Bad(string what)
        {
            return new BarrelException(ModelErrors.BadField, "layer '" + _name + "' " + what);
        }
    }
}
