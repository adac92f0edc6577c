namespace Barrel.Runtime
{
    /// <summary>A loaded and validated network: what <see cref="ModelReader"/> makes of a blob.</summary>
    public sealed class Model
    {
        public const int TaskNone = 0;
        public const int TaskSegmentation = 1;
        public const int TaskClassification = 2;
        public const int TaskDetection = 3;

        /// <summary>Name of the network it was compiled from.</summary>
        public string Name;

        public InputFormat Input;

        /// <summary>TaskNone, TaskSegmentation, TaskClassification or TaskDetection.</summary>
        public int Task;

        /// <summary>Names of the classes, possibly empty.</summary>
        public string[] Classes;

        /// <summary>The class that counts as road, −1 where there is none.</summary>
        public int RoadClass;

        /// <summary>The label that no metric counts, −1 where there is none.</summary>
        public int IgnoreLabel;

        public TensorInfo[] Tensors;
        public Layer[] Layers;

        /// <summary>Index of the tensor that the frame is written to.</summary>
        public int InputTensor;

        /// <summary>Indices of the tensors that are the results. For segmentation the first is the mask: [1, height, width], a class a byte.</summary>
        public int[] OutputTensors;

        /// <summary>Bytes of the arena without the slack that executors add behind it.</summary>
        public int ArenaBytes;

        /// <summary>Where its binary layers lie on a TDNN chip, or null.</summary>
        public Placement? Placement;

        /// <summary>Bytes of the blob.</summary>
        public int BlobLength;

        /// <summary>CRC-32C of the blob.</summary>
        public long Checksum;

        /// <summary>The blob that it was read from, null where it does not lie in memory; <see cref="BlobLength"/> is there in either case.</summary>
        public byte[] Blob;

        /// <summary>Whether layers keep their taps when they are first decoded, for executors that would decode them again.</summary>
        public bool KeepsTaps;

        /// <summary>Multiplications of the float network's linear layers, for one frame.</summary>
        public long Macs;

        /// <summary>Reads and checks a blob; see <see cref="ModelReader"/>.</summary>
        /// <exception cref="BarrelException">BRL3001 to BRL3007.</exception>
        public static Model Load(byte[] blob, int memoryBytesMax)
        {
            return Load(new BlobBytes(blob), blob, memoryBytesMax, false);
        }

        /// <summary>Reads and checks a blob that does not lie in memory; <see cref="Blob"/> is null then.</summary>
        /// <exception cref="BarrelException">BRL3001 to BRL3007.</exception>
        public static Model LoadFrom(BlobBytes blob, int memoryBytesMax)
        {
            return ModelReader.Read(blob, memoryBytesMax, false);
        }

        /// <summary>As <see cref="Load(byte[], int)"/>, and keeps the decoded taps: an executor is made in half the time, for about eight bytes a tap.</summary>
        /// <exception cref="BarrelException">BRL3001 to BRL3007.</exception>
        public static Model LoadKeeping(byte[] blob, int memoryBytesMax)
        {
            return Load(new BlobBytes(blob), blob, memoryBytesMax, true);
        }

        private static Model Load(BlobBytes bytes, byte[] blob, int memoryBytesMax, bool keepsTaps)
        {
            Model model = ModelReader.Read(bytes, memoryBytesMax, keepsTaps);
            model.Blob = blob;
            return model;
        }
    }
}
