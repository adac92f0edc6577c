namespace Barrel.Compiler.Placing;

/// <summary>The rows of a layer that wait for a place, in order; any of them can be taken.</summary>
internal sealed class RowQueue
{
    private readonly int[] _segmentsOf;

    /// <summary>[row + 1]: the next waiting row, or the number of rows; [0]: the first.</summary>
    private readonly int[] _next;

    /// <summary>[n]: waiting rows of n segments.</summary>
    private readonly int[] _rowsOf;

    /// <param name="segmentsOf">[row]: segments of its chain; rows of 0 do not wait.</param>
    public RowQueue(int[] segmentsOf)
    {
        _segmentsOf = segmentsOf;
        _next = new int[segmentsOf.Length + 1];
        _rowsOf = new int[segmentsOf.Max() + 1];
        int next = segmentsOf.Length;
        for (int row = segmentsOf.Length - 1; row >= -1; row--)
        {
            _next[row + 1] = next;
            if (row < 0 || segmentsOf[row] == 0)
                continue;
            next = row;
            _rowsOf[segmentsOf[row]]++;
            Count++;
        }

        LeastSegments = 1;
        FindLeast();
    }

    /// <summary>Waiting rows.</summary>
    public int Count { get; private set; }

    /// <summary>Segments of the shortest waiting chain.</summary>
    public int LeastSegments { get; private set; }

    /// <summary>Takes the first row that <paramref name="fits"/>, of those of at most so many segments.</summary>
    /// <param name="segmentsMax">Free segments.</param>
    /// <param name="triesMax">Rows that are asked at most.</param>
    /// <param name="fits">Whether a row can be there.</param>
    /// <returns>The row, −1 where none fits.</returns>
    public int Take(int segmentsMax, int triesMax, Func<int, bool> fits)
    {
        int before = 0;
        for (int tries = 0; tries < triesMax && _next[before] < _segmentsOf.Length; tries++)
        {
            int row = _next[before];
            if (_segmentsOf[row] <= segmentsMax && fits(row))
            {
                _next[before] = _next[row + 1];
                Count--;
                if (--_rowsOf[_segmentsOf[row]] == 0)
                    FindLeast();
                return row;
            }

            before = row + 1;
        }

        return -1;
    }

    private void FindLeast()
    {
        while (LeastSegments < _rowsOf.Length - 1 && _rowsOf[LeastSegments] == 0)
            LeastSegments++;
    }
}
