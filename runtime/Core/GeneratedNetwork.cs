namespace Barrel.Runtime
{
    /// <summary>
    /// Layers of one blob as straight-line C#, which <c>barrel compile --emit-csharp</c> writes. Their tensors lie in a <c>ulong[]</c> as
    /// <see cref="WordPlanes"/> says; layers that are not among them run from the blob.
    /// </summary>
    public abstract class GeneratedNetwork
    {
        /// <summary>CRC-32C of the blob that it was made from.</summary>
        public abstract long Checksum { get; }

        /// <summary>Phases of columns that a tensor lies in; 0 where no layer of this network reads or writes it.</summary>
        public abstract int SplitOf(int tensor);

        /// <summary>The layer, or null where it runs from the blob.</summary>
        public abstract GeneratedLayer? LayerAt(int index);

        /// <summary>What counts a binary layer's rows, or null where they are counted from the blob's weights.</summary>
        public abstract GeneratedSigns? SignsAt(int index);
    }

    /// <summary>A binary layer whose outputs are bits, its weights as constants.</summary>
    public abstract class GeneratedSigns
    {
        /// <summary>Writes a position's bits of all rows, a plane of the output apart.</summary>
        /// <param name="window">The packed inputs of the position.</param>
        /// <param name="arena">Takes a byte for each row.</param>
        /// <param name="to">Where that of the first row goes.</param>
        public abstract void Run(ulong[] window, byte[] arena, int to);
    }

    /// <summary>One layer, its taps as additions of constants' places.</summary>
    public abstract class GeneratedLayer
    {
        /// <summary>Reads its inputs from the words and writes its output to them.</summary>
        public abstract void Run(ulong[] words);
    }
}
