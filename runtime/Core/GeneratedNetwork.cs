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
    }

    /// <summary>One layer, its taps as additions of constants' places.</summary>
    public abstract class GeneratedLayer
    {
        /// <summary>Reads its inputs from the words and writes its output to them.</summary>
        public abstract void Run(ulong[] words);
    }
}
