using Barrel.Runtime;

namespace Barrel.Compiler.Import;

/// <summary>
/// What an import may allocate beyond its file. Small files can ask for large tensors (a shape is a few bytes), so everything that is
/// not a plain copy of file content is charged here before it is made.
/// </summary>
internal sealed class Budget(long fileBytes)
{
    /// <summary>Most elements of one tensor, weights and activations alike.</summary>
    public const long TensorElementsMax = 1L << 26;

    /// <summary>Most elements of one constant that the importer computes.</summary>
    public const long FoldedElementsMax = 4L << 20;

    // Copies of weights (decoded, transposed, folded) are in proportion to the file; the rest is a fixed 48 MB.
    private long bytesLeft = (48L << 20) + 4 * fileBytes;

    /// <summary>Takes <paramref name="elements"/> 4-byte elements for <paramref name="what"/>.</summary>
    public void Charge(long elements, string what) => ChargeBytes(checked(elements * sizeof(float)), what);

    /// <summary>Takes bytes for <paramref name="what"/>.</summary>
    public void ChargeBytes(long bytes, string what)
    {
        if (bytes > bytesLeft)
            throw new BarrelException(ImportErrors.TooLarge,
                $"{what} asks for {bytes} bytes of constants: all computed constants together may take 48 MB " +
                $"and four times the file's {fileBytes} bytes");
        bytesLeft -= bytes;
    }

    /// <summary>The product of <paramref name="dims"/>, or an error where one is negative or the product too large.</summary>
    public static long Elements(ReadOnlySpan<int> dims, string what)
    {
        long count = 1;
        foreach (int d in dims)
        {
            if (d < 0)
                throw new BarrelException(ImportErrors.Shape, $"{what} has the dimension {d}: dimensions are 0 or greater");
            count *= d;
            if (count > TensorElementsMax)
                throw new BarrelException(ImportErrors.TooLarge, $"{what} has more than {TensorElementsMax} elements");
        }
        return count;
    }
}
