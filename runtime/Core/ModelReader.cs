namespace Barrel.Runtime
{
    /// <summary>
    /// Makes a <see cref="Model"/> of a blob. Everything is checked here once, so that executors can trust it: extents, offsets, tap
    /// indices, that no tensor leaves the arena and that no sum can leave 32 bits.
    /// </summary>
    public static class ModelReader
    {
        /// <summary>Validates the header and reads everything behind it.</summary>
        /// <param name="blob">The whole file; the model keeps it, so it must not be changed afterwards.</param>
        /// <param name="memoryBytesMax">Most memory that the arena may take.</param>
        /// <param name="keepsTaps">Whether layers keep their taps; see <see cref="KeptTaps"/>.</param>
        /// <exception cref="BarrelException">BRL3001 to BRL3007.</exception>
        public static Model Read(BlobBytes blob, int memoryBytesMax, bool keepsTaps)
        {
            long checksum = CheckHeader(blob);
            int placementStart = PlacementReader.StartIn(blob);
            BlobCursor cursor = new BlobCursor(blob, ModelFormat.HeaderBytes, placementStart);
            Model model = new Model();
            model.BlobLength = blob.Length;
            model.Checksum = checksum;
            model.KeepsTaps = keepsTaps;
            ReadPurpose(cursor, model);
            ReadInput(cursor, model);
            ReadTensors(cursor, model, memoryBytesMax);
            model.InputTensor = cursor.Number(Fields.Single, 0, model.Tensors.Length - 1, "input tensor");
            CheckInput(model);
            int outputs = Count(cursor, 1, "number of outputs");
            model.OutputTensors = new int[outputs];
            for (int i = 0; i < outputs; i++)
                model.OutputTensors[i] = cursor.Number(Fields.Single, 0, model.Tensors.Length - 1, "output tensor");

            int layers = Count(cursor, 1, "number of layers");
            model.Layers = new Layer[layers];
            LayerReader reader = new LayerReader(cursor, model);
            ScratchBound scratch = new ScratchBound();
            long scratchMax = ScratchBound.BytesMax(blob.Length);
            for (int i = 0; i < layers; i++)
            {
                model.Layers[i] = reader.Read();
                scratch.Add(model, model.Layers[i]);
                if (scratch.Bytes > scratchMax)
                    throw new BarrelException(
                        ModelErrors.TooLarge,
                        "layer '" + model.Layers[i].Name + "' brings what executors need beside the arena to " + scratch.Bytes + " bytes; at most " + scratchMax + " are right");
            }

            cursor.CheckEnd();
            CheckRoad(model);
            if (placementStart < blob.Length)
                model.Placement = PlacementReader.Read(blob, placementStart, model);
            return model;
        }

        private static long CheckHeader(BlobBytes blob)
        {
            if (blob.Length < ModelFormat.HeaderBytes)
                throw new BarrelException(
                    ModelErrors.NotABlob, "not a Barrel blob: " + blob.Length + " bytes, and a header takes " + ModelFormat.HeaderBytes);
            if (UInt32At(blob, 0) != ModelFormat.Magic)
                throw new BarrelException(ModelErrors.NotABlob, "not a Barrel blob: the file does not begin with 'BRL' 1A");
            int version = blob.At(4) | (blob.At(5) << 8);
            if (version != ModelFormat.Version)
                throw new BarrelException(
                    ModelErrors.OtherVersion, "blob has format version " + version + ", and this build reads version " + ModelFormat.Version);
            if (blob.At(6) > ModelFormat.FlagPlaced || blob.At(7) != 0)
                throw new BarrelException(ModelErrors.BadField, "flags in bytes 6 and 7 must be 0, or 1 where a placement follows");
            uint length = UInt32At(blob, 8);
            if (length != (uint)blob.Length)
                throw new BarrelException(ModelErrors.Truncated, "blob is " + blob.Length + " bytes long, and its header says " + length);
            uint stated = UInt32At(blob, 12);
            uint computed = Crc32C.Compute(blob, ModelFormat.HeaderBytes);
            if (stated != computed)
                throw new BarrelException(
                    ModelErrors.ChecksumMismatch, "blob is damaged: CRC-32C is " + computed + ", and its header says " + stated);
            return stated;
        }

        private static void ReadPurpose(BlobCursor cursor, Model model)
        {
            model.Name = cursor.Text(Fields.TextOfModel, "name");
            model.Task = cursor.Number(Fields.Single, Model.TaskNone, Model.TaskDetection, "task");
            int classes = Count(cursor, 0, "number of classes");
            model.Classes = new string[classes];
            for (int i = 0; i < classes; i++)
                model.Classes[i] = cursor.Text(Fields.TextOfModel, "class name");
            model.RoadClass = cursor.Number(Fields.Single, 0, 256, "road class") - 1;
            model.IgnoreLabel = cursor.Number(Fields.Single, 0, 256, "ignored label") - 1;
        }

        private static void ReadInput(BlobCursor cursor, Model model)
        {
            InputFormat input = new InputFormat();
            input.ChannelOrder = cursor.Number(Fields.Single, InputFormat.ChannelsRgb, InputFormat.ChannelsGray, "channel order");
            input.Resize = cursor.Number(Fields.Single, InputFormat.ResizeStretch, InputFormat.ResizeCrop, "resize mode");
            int flags = cursor.Number(Fields.Single, 0, 3, "input flags");
            input.Flat = (flags & 1) != 0;
            input.PadCode = (byte)cursor.Number(Fields.Single, 0, 255, "pad code");
            input.Channels = input.ChannelOrder == InputFormat.ChannelsGray ? 1 : 3;
            if ((flags & 2) != 0)
            {
                input.Thresholds = new short[input.Channels];
                for (int i = 0; i < input.Channels; i++)
                    input.Thresholds[i] = (short)cursor.Number(Fields.Single, 0, 256, "input threshold");
            }

            model.Input = input;
        }

        private static void ReadTensors(BlobCursor cursor, Model model, int memoryBytesMax)
        {
            model.ArenaBytes = cursor.Number(Fields.Single, 1, int.MaxValue, "arena bytes");
            if (model.ArenaBytes > memoryBytesMax)
                throw new BarrelException(
                    ModelErrors.TooLarge, "network needs an arena of " + model.ArenaBytes + " bytes, and " + memoryBytesMax + " are allowed");
            int count = Count(cursor, 1, "number of tensors");
            model.Tensors = new TensorInfo[count];
            long end = 0;
            for (int i = 0; i < count; i++)
            {
                TensorInfo tensor = ReadTensor(cursor, i, i == 0 ? BeforeFirst() : model.Tensors[i - 1], model.ArenaBytes);
                model.Tensors[i] = tensor;
                if (tensor.ArenaOffset + tensor.ByteCount() > end)
                    end = tensor.ArenaOffset + tensor.ByteCount();
            }

            if (model.ArenaBytes - end >= ModelFormat.TensorAlignment)
                throw new BarrelException(
                    ModelErrors.BadField, "arena has " + model.ArenaBytes + " bytes, and the last tensor ends at " + end);
        }

        private static TensorInfo ReadTensor(BlobCursor cursor, int index, TensorInfo last, int arenaBytes)
        {
            TensorInfo tensor = new TensorInfo();
            tensor.Channels = cursor.Near(Fields.TensorChannels, last.Channels, 1, ModelFormat.ExtentMax, "tensor channels");
            tensor.Height = cursor.Near(Fields.TensorHeight, last.Height, 1, ModelFormat.ExtentMax, "tensor height");
            tensor.Width = cursor.Near(Fields.TensorWidth, last.Width, 1, ModelFormat.ExtentMax, "tensor width");
            tensor.Bits = cursor.Number(Fields.TensorBits, 1, 32, "tensor bits");
            if (tensor.Bits > 8 && tensor.Bits != 32)
                throw new BarrelException(ModelErrors.BadField, "tensor " + index + " has " + tensor.Bits + " bits; 1 to 8 or 32 are right");
            long offset = (long)cursor.Number(Fields.TensorOffset, 0, int.MaxValue, "tensor offset") * ModelFormat.TensorAlignment;
            int flags = cursor.Number(Fields.TensorFlags, 0, 7, "tensor flags");
            tensor.ScaleExponents = new sbyte[(flags & 1) != 0 ? tensor.Channels : 1];
            cursor.Announce(tensor.ScaleExponents.Length, "scales");
            int scale = last.ScaleExponents[0];
            for (int c = 0; c < tensor.ScaleExponents.Length; c++)
            {
                scale = cursor.Near(c == 0 ? Fields.FirstScale : Fields.Scale, scale, -128, 127, "tensor scale");
                tensor.ScaleExponents[c] = (sbyte)scale;
            }

            int codeMax = tensor.Bits == 32 ? 0 : (1 << tensor.Bits) - 1;
            tensor.Zeros = new byte[(flags & 2) != 0 ? tensor.Channels : 1];
            cursor.Announce(tensor.Zeros.Length, "zeros");
            for (int c = 0; c < tensor.Zeros.Length; c++)
                tensor.Zeros[c] = (byte)cursor.Number(Fields.Zero, 0, codeMax, "tensor zero");

            tensor.IsLog = (flags & 4) != 0;
            if (tensor.IsLog && (tensor.Bits < 2 || tensor.Bits > 8 || tensor.Zeros.Length != 1 || tensor.Zeros[0] > LogCode.ZeroMax))
                throw new BarrelException(
                    ModelErrors.BadField,
                    "tensor " + index + " has log codes of " + tensor.Bits + " bits; 2 to 8 and one zero of at most " + LogCode.ZeroMax + " are right");

            long bytes = (long)tensor.Channels * tensor.Height * tensor.Width;
            if (tensor.Bits == 32)
                bytes *= 4;
            if (offset + bytes > arenaBytes)
                throw new BarrelException(
                    ModelErrors.BadField, "tensor " + index + " ends at " + (offset + bytes) + ", behind the arena's " + arenaBytes + " bytes");
            tensor.ArenaOffset = (int)offset;
            return tensor;
        }

        private static TensorInfo BeforeFirst()
        {
            TensorInfo tensor = new TensorInfo();
            tensor.Channels = 1;
            tensor.Height = 1;
            tensor.Width = 1;
            tensor.ScaleExponents = new sbyte[1];
            return tensor;
        }

        /// <summary>A count of things that take at least a value each.</summary>
        private static int Count(BlobCursor cursor, int min, string field)
        {
            int count = cursor.Number(Fields.Single, min, int.MaxValue, field);
            cursor.Announce(count, field);
            return count;
        }

        private static void CheckInput(Model model)
        {
            TensorInfo tensor = model.Tensors[model.InputTensor];
            InputFormat input = model.Input;
            bool flatShape = tensor.Height == 1 && tensor.Width == 1;
            if (input.Flat ? !flatShape || tensor.Channels < 1 : tensor.Channels != input.Channels)
                throw new BarrelException(
                    ModelErrors.BadField,
                    "input tensor is [" + tensor.Channels + ", " + tensor.Height + ", " + tensor.Width + "], which its channel order does not give");
            if (tensor.Bits > 8 || tensor.IsLog)
                throw new BarrelException(ModelErrors.BadField, "input tensor has " + tensor.Bits + " bits or log codes; 1 to 8 linear bits are right");
            input.Height = tensor.Height;
            input.Width = input.Flat ? tensor.Channels : tensor.Width;
            if (input.Flat)
                input.Channels = 1;
        }

        private static void CheckRoad(Model model)
        {
            TensorInfo first = model.Tensors[model.OutputTensors[0]];
            if (model.Task == Model.TaskSegmentation && (first.Bits > 8 || first.IsLog || first.Channels != 1))
                throw new BarrelException(ModelErrors.BadField, "the mask has " + first.Channels + " channels of " + first.Bits + " bits; one of 8 is right");
        }

        private static uint UInt32At(BlobBytes blob, int at)
        {
            return blob.At(at) | ((uint)blob.At(at + 1) << 8) | ((uint)blob.At(at + 2) << 16) | ((uint)blob.At(at + 3) << 24);
        }
    }
}
