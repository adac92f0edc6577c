namespace Barrel.Runtime.Simd;

/// <summary>
/// The operations that the tap loop and the write-out take of a vector width. Implementations are empty structs, so that the compiler
/// makes one body of straight vector code for each.
/// </summary>
/// <typeparam name="TBytes">Vector of unsigned bytes.</typeparam>
/// <typeparam name="TWords">Vector of signed 16-bit lanes, half as many.</typeparam>
/// <typeparam name="TInts">Vector of signed 32-bit lanes, a quarter as many.</typeparam>
internal interface ILanes<TBytes, TWords, TInts>
    where TBytes : struct
    where TWords : struct
    where TInts : struct
{
    /// <summary>Bytes of a vector.</summary>
    static abstract int Count { get; }

    static abstract bool IsSupported { get; }

    static abstract TBytes LoadBytes(ref byte source);

    static abstract void StoreBytes(TBytes value, ref byte target);

    static abstract TBytes Add(TBytes a, TBytes b);

    static abstract TBytes Broadcast(byte value);

    /// <summary>a where the mask is ones, b where it is zeros.</summary>
    static abstract TBytes Select(TBytes mask, TBytes a, TBytes b);

    /// <summary>First half of the bytes as words.</summary>
    static abstract TWords WidenLower(TBytes value);

    static abstract TWords WidenUpper(TBytes value);

    static abstract TWords LoadWords(ref short source);

    static abstract void StoreWords(TWords value, ref short target);

    static abstract TWords Add(TWords a, TWords b);

    static abstract TWords Subtract(TWords a, TWords b);

    static abstract TWords ShiftLeft(TWords value, int count);

    /// <summary>First half of the words as ints, sign-extended.</summary>
    static abstract TInts WidenLower(TWords value);

    static abstract TInts WidenUpper(TWords value);

    static abstract TInts LoadInts(ref int source);

    static abstract void StoreInts(TInts value, ref int target);

    static abstract TInts Broadcast(int value);

    static abstract TInts Add(TInts a, TInts b);

    static abstract TInts Subtract(TInts a, TInts b);

    static abstract TInts ShiftLeft(TInts value, int count);

    /// <summary>Arithmetic, rounding down.</summary>
    static abstract TInts ShiftRight(TInts value, int count);

    static abstract TInts Min(TInts a, TInts b);

    static abstract TInts Max(TInts a, TInts b);

    /// <summary>All ones where a is greater than b.</summary>
    static abstract TInts GreaterThan(TInts a, TInts b);

    /// <summary>a where the mask is ones, b where it is zeros.</summary>
    static abstract TInts Select(TInts mask, TInts a, TInts b);

    /// <summary>Four vectors of ints, each 0 to 255, as bytes in order.</summary>
    static abstract TBytes Narrow(TInts a, TInts b, TInts c, TInts d);
}
