namespace Barrel.Compiler.Graphs;

/// <summary>Index tables of rearrangements: for every element of the result, in order, the element of the source.</summary>
internal static class Strided
{
    /// <summary>Axis i of the result is axis <paramref name="permutation"/>[i] of the source.</summary>
    public static int[] Transpose(int[] dims, int[] permutation)
    {
        int[] steps = RowMajor(dims);
        return Walk(0, Array.ConvertAll(permutation, p => steps[p]), Array.ConvertAll(permutation, p => dims[p]));
    }

    /// <summary>From <paramref name="starts"/> in steps of <paramref name="strides"/>, which may be negative, by axis.</summary>
    public static int[] Slice(int[] dims, int[] starts, int[] strides, int[] resultDims)
    {
        int[] steps = RowMajor(dims);
        int origin = 0;
        for (int i = 0; i < dims.Length; i++)
        {
            origin += starts[i] * steps[i];
            steps[i] *= strides[i];
        }
        return Walk(origin, steps, resultDims);
    }

    /// <summary>Repeats dimensions of 1, and missing leading ones, as numpy broadcasts.</summary>
    public static int[] Broadcast(int[] dims, int[] resultDims)
    {
        int[] own = RowMajor(dims);
        var steps = new int[resultDims.Length];
        int shift = resultDims.Length - dims.Length;
        for (int i = 0; i < dims.Length; i++)
            steps[i + shift] = dims[i] == 1 ? 0 : own[i];
        return Walk(0, steps, resultDims);
    }

    private static int[] RowMajor(int[] dims)
    {
        var steps = new int[dims.Length];
        int step = 1;
        for (int i = dims.Length - 1; i >= 0; i--)
        {
            steps[i] = step;
            step *= dims[i];
        }
        return steps;
    }

    private static int[] Walk(int origin, int[] steps, int[] dims)
    {
        int count = 1;
        foreach (int d in dims)
            count *= d;
        var result = new int[count];
        var at = new int[dims.Length];
        int index = origin;
        for (int i = 0; i < count; i++)
        {
            result[i] = index;
            for (int axis = dims.Length - 1; axis >= 0; axis--)
            {
                index += steps[axis];
                if (++at[axis] < dims[axis])
                    break;
                index -= steps[axis] * dims[axis];
                at[axis] = 0;
            }
        }
        return result;
    }
}
