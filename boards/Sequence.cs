namespace Barrel.Sequences;

/// <summary>
/// What is needed here of System.Linq, under its names and with its meaning, as plain iterators. The library's own have virtual generic methods: for each kind of
/// element a program that is compiled ahead of time keeps all of them, and a type loader to find them with, half a megabyte on a board.
/// </summary>
internal static class Sequence
{
    public static IEnumerable<int> Range(int start, int count)
    {
        for (int i = 0; i < count; i++)
            yield return start + i;
    }

    public static IEnumerable<TResult> Select<T, TResult>(this IEnumerable<T> source, Func<T, TResult> selector)
    {
        foreach (T item in source)
            yield return selector(item);
    }

    public static IEnumerable<TResult> SelectMany<T, TResult>(this IEnumerable<T> source, Func<T, IEnumerable<TResult>> selector)
    {
        foreach (T item in source)
            foreach (TResult inner in selector(item))
                yield return inner;
    }

    public static IEnumerable<T> Where<T>(this IEnumerable<T> source, Func<T, bool> predicate)
    {
        foreach (T item in source)
            if (predicate(item))
                yield return item;
    }

    public static IEnumerable<T> OfType<T>(this IEnumerable<T?> source)
        where T : class
    {
        foreach (T? item in source)
            if (item is not null)
                yield return item;
    }

    public static IEnumerable<T> Concat<T>(this IEnumerable<T> first, IEnumerable<T> second)
    {
        foreach (T item in first)
            yield return item;
        foreach (T item in second)
            yield return item;
    }

    public static IEnumerable<T> Skip<T>(this IEnumerable<T> source, int count)
    {
        foreach (T item in source)
            if (count-- <= 0)
                yield return item;
    }

    public static IEnumerable<T> Take<T>(this IEnumerable<T> source, int count)
    {
        if (count <= 0)
            yield break;
        foreach (T item in source)
        {
            yield return item;
            if (--count == 0)
                yield break;
        }
    }

    public static T[] Order<T>(this IEnumerable<T> source, IComparer<T> comparer)
    {
        T[] all = [.. source];
        Array.Sort(all, comparer);
        return all;
    }

    public static bool Any<T>(this IEnumerable<T> source)
    {
        using IEnumerator<T> all = source.GetEnumerator();
        return all.MoveNext();
    }

    public static bool Any<T>(this IEnumerable<T> source, Func<T, bool> predicate)
    {
        foreach (T item in source)
            if (predicate(item))
                return true;
        return false;
    }

    public static bool All<T>(this IEnumerable<T> source, Func<T, bool> predicate) => !source.Any(item => !predicate(item));

    public static bool Contains<T>(this IEnumerable<T> source, T value)
        where T : IEquatable<T> => source.Any(item => item.Equals(value));

    public static int Count<T>(this IEnumerable<T> source, Func<T, bool> predicate)
    {
        int count = 0;
        foreach (T item in source)
            if (predicate(item))
                count++;
        return count;
    }

    public static T? FirstOrDefault<T>(this IEnumerable<T> source, Func<T, bool> predicate)
    {
        foreach (T item in source)
            if (predicate(item))
                return item;
        return default;
    }

    /// <exception cref="InvalidOperationException">There is none.</exception>
    public static T First<T>(this IEnumerable<T> source, Func<T, bool> predicate)
    {
        foreach (T item in source)
            if (predicate(item))
                return item;
        throw new InvalidOperationException();
    }

    public static long Sum<T>(this IEnumerable<T> source, Func<T, long> selector)
    {
        long sum = 0;
        foreach (T item in source)
            sum += selector(item);
        return sum;
    }

    /// <summary>The greatest, or the default of the type where there is none.</summary>
    public static T MaxOrDefault<T>(this IEnumerable<T> source)
        where T : struct, IComparable<T>
    {
        T? max = null;
        foreach (T item in source)
            if (max is not { } known || item.CompareTo(known) > 0)
                max = item;
        return max ?? default;
    }

    /// <exception cref="InvalidOperationException">There is none.</exception>
    public static T Max<T>(this IEnumerable<T> source)
        where T : struct, IComparable<T> => source.Any() ? source.MaxOrDefault() : throw new InvalidOperationException();

    /// <exception cref="InvalidOperationException">There is none.</exception>
    public static T Min<T>(this IEnumerable<T> source)
        where T : struct, IComparable<T>
    {
        T? min = null;
        foreach (T item in source)
            if (min is not { } known || item.CompareTo(known) < 0)
                min = item;
        return min ?? throw new InvalidOperationException();
    }
}
