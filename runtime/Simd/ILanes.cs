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

    /// <summary>Count = 2^CountLog2.</summary>
    static abstract int CountLog2 { get; }

    static abstract bool IsSupported { get; }

    /// <summary>Whether an add loads one of its operands: then what limits taps is the cache, else how many instructions there are.</summary>
    static abstract bool AddsFromMemory { get; }

    static abstract TBytes LoadBytes(ref byte source);

    static abstract void StoreBytes(TBytes value, ref byte target);

    static abstract TBytes Add(TBytes a, TBytes b);

    static abstract TBytes Subtract(TBytes a, TBytes b);

    static abstract TBytes Min(TBytes a, TBytes b);

    static abstract TBytes Xor(TBytes a, TBytes b);

    static abstract TBytes Or(TBytes a, TBytes b);

    static abstract TBytes Broadcast(byte value);

    /// <summary>The same bits: word i is byte 2i, and byte 2i + 1 times 256.</summary>
    static abstract TWords AsWords(TBytes value);

    /// <summary>The same bits.</summary>
    static abstract TBytes AsBytes(TWords value);

    /// <summary>The bytes at even places of a, then those of b.</summary>
    static abstract TBytes NarrowEven(TBytes a, TBytes b);

    /// <summary>[i] = table[index[i]] for indices up to 15, whose entries are the table's first 16; 0 for greater ones.</summary>
    static abstract TBytes LookUp(TBytes table, TBytes index);

    /// <summary>Whether <see cref="LookUp64"/> and <see cref="LookUp256"/> take a few instructions a vector.</summary>
    static abstract bool HasTables { get; }

    /// <summary>target[i] = table[codes[i]] for a table of 64 entries and so many vectors of codes; what greater codes become is not said.</summary>
    static abstract void LookUp64(ref byte table, ref byte codes, ref byte target, int vectors);

    /// <summary>target[i] = table[codes[i]] for a table of 256 entries.</summary>
    static abstract void LookUp256(ref byte table, ref byte codes, ref byte target, int vectors);

    /// <summary>Bits of a cell of a binary layer, 4 to 8: what <see cref="CountDifferent"/> compares in a lane.</summary>
    static abstract int CellBits { get; }

    /// <summary>For each lane how many of a cell's bits differ from the weights', of which the operand is made: <see cref="BinaryTables{TLanes, TBytes, TWords, TInts}"/>.</summary>
    static abstract TBytes CountDifferent(TBytes operand, TBytes cell);

    /// <summary>a where the mask is ones, b where it is zeros.</summary>
    static abstract TBytes Select(TBytes mask, TBytes a, TBytes b);

    /// <summary>First half of the bytes as words.</summary>
    static abstract TWords WidenLower(TBytes value);

    static abstract TWords WidenUpper(TBytes value);

    /// <summary>
    /// Adds bytes to the first of two sums of words; <see cref="AddSecond"/> adds them to the other one. Which takes what is for the width to say: only
    /// <see cref="EvenOf"/> and <see cref="OddOf"/> read them.
    /// </summary>
    static abstract TWords AddFirst(TWords first, TBytes codes);

    static abstract TWords AddSecond(TWords second, TBytes codes);

    static abstract TWords SubtractFirst(TWords first, TBytes codes);

    static abstract TWords SubtractSecond(TWords second, TBytes codes);

    /// <summary>Sums of the bytes at even places.</summary>
    static abstract TWords EvenOf(TWords first, TWords second);

    static abstract TWords OddOf(TWords first, TWords second);

    /// <summary>
    /// Sums that stay in 16 bits lie in two planes, in the order of positions that suits the width: <see cref="Pack"/> makes a vector of their codes, and
    /// <see cref="PlaneOfCodes"/> parts one. This is the first of them, from what <see cref="AddFirst"/> and <see cref="AddSecond"/> summed.
    /// </summary>
    static abstract TWords PlaneOfSums(TWords first, TWords second);

    static abstract TWords SecondPlaneOfSums(TWords first, TWords second);

    /// <summary>The first plane from the words of even and of odd positions.</summary>
    static abstract TWords PlaneOfEvenOdd(TWords even, TWords odd);

    static abstract TWords SecondPlaneOfEvenOdd(TWords even, TWords odd);

    /// <summary>The first plane of a vector of codes.</summary>
    static abstract TWords PlaneOfCodes(TBytes codes);

    static abstract TWords SecondPlaneOfCodes(TBytes codes);

    /// <summary>A vector of codes from its two planes.</summary>
    static abstract TBytes Pack(TWords plane, TWords second);

    static abstract TWords Add(TWords a, TWords b);

    static abstract TWords Subtract(TWords a, TWords b);

    static abstract TWords ShiftLeft(TWords value, int count);

    /// <summary>Zeros come in from above.</summary>
    static abstract TWords ShiftRightLogical(TWords value, int count);

    static abstract TWords Broadcast(short value);

    /// <summary>Arithmetic, rounding down; by 0 to 15.</summary>
    static abstract TWords ShiftRight(TWords value, int count);

    static abstract TWords Or(TWords a, TWords b);

    static abstract TWords Min(TWords a, TWords b);

    static abstract TWords Max(TWords a, TWords b);

    /// <summary>a where x is greater than y, else b.</summary>
    static abstract TWords Greater(TWords x, TWords y, TWords a, TWords b);

    /// <summary>The same bits: int i is word 2i, and word 2i + 1 times 65,536.</summary>
    static abstract TInts AsInts(TWords value);

    /// <summary>The same bits: int i is bytes 4i to 4i + 3, the first lowest.</summary>
    static abstract TInts AsInts(TBytes value);

    /// <summary>The same bits.</summary>
    static abstract TBytes AsBytes(TInts value);

    /// <summary>The same bits.</summary>
    static abstract TWords AsWords(TInts value);

    static abstract TInts LoadInts(ref int source);

    static abstract void StoreInts(TInts value, ref int target);

    static abstract TInts Broadcast(int value);

    static abstract TInts Add(TInts a, TInts b);

    static abstract TInts Subtract(TInts a, TInts b);

    static abstract TInts ShiftLeft(TInts value, int count);

    /// <summary>Arithmetic, rounding down.</summary>
    static abstract TInts ShiftRight(TInts value, int count);

    static abstract TInts And(TInts a, TInts b);

    static abstract TInts Or(TInts a, TInts b);

    static abstract TInts Min(TInts a, TInts b);

    static abstract TInts Max(TInts a, TInts b);

    /// <summary>All ones where a is greater than b.</summary>
    static abstract TInts GreaterThan(TInts a, TInts b);

    /// <summary>a where the mask is ones, b where it is zeros.</summary>
    static abstract TInts Select(TInts mask, TInts a, TInts b);
}
