// The part of nanoFramework's CoreLibrary 1.17 that the project's own code may use: names and signatures. What is extern, the interpreter of the tests does.
using System.Runtime.CompilerServices;

namespace System
{
    public class Object
    {
        public extern Object();

        public virtual bool Equals(object obj) => obj == this;

        public virtual int GetHashCode() => 0;

        public virtual extern string ToString();
    }

    public abstract class ValueType
    {
    }

    public abstract class Enum : ValueType
    {
    }

    public struct Void
    {
    }

    public struct Boolean
    {
        private bool value;
    }

    public struct Char
    {
        private char value;
    }

    public struct SByte
    {
        private sbyte value;
    }

    public struct Byte
    {
        private byte value;

        public override extern string ToString();
    }

    public struct Int16
    {
        private short value;
    }

    public struct UInt16
    {
        private ushort value;
    }

    public struct Int32
    {
        public const int MaxValue = 2147483647;
        public const int MinValue = -2147483648;

        private int value;

        public override extern string ToString();

        public extern string ToString(string format);
    }

    public struct UInt32
    {
        private uint value;

        public override extern string ToString();
    }

    public struct Int64
    {
        private long value;

        public override extern string ToString();
    }

    public struct UInt64
    {
        private ulong value;

        public override extern string ToString();
    }

    public struct Single
    {
        private float value;
    }

    public struct Double
    {
        private double value;
    }

    public struct IntPtr
    {
    }

    public struct UIntPtr
    {
    }

    public struct RuntimeTypeHandle
    {
    }

    public struct RuntimeFieldHandle
    {
    }

    public abstract class Type
    {
    }

    public interface IDisposable
    {
        void Dispose();
    }

    public abstract class Delegate
    {
    }

    public abstract class MulticastDelegate : Delegate
    {
    }

    public static class BitConverter
    {
        public static extern ulong ToUInt64(byte[] value, int startIndex);
    }

    public abstract class Array
    {
        public extern int Length { get; }

        public static extern void Copy(Array sourceArray, Array destinationArray, int length);

        public static extern void Copy(Array sourceArray, int sourceIndex, Array destinationArray, int destinationIndex, int length);

        public static extern void Clear(Array array, int index, int length);
    }

    public sealed class String
    {
        public static readonly string Empty = "";

        public extern String(char[] value, int startIndex, int length);

        public extern int Length { get; }

        public extern bool StartsWith(string value);

        public override extern string ToString();

        public static extern bool operator ==(string a, string b);

        public static extern bool operator !=(string a, string b);

        public static extern string Concat(object arg0);

        public static extern string Concat(object arg0, object arg1);

        public static extern string Concat(object arg0, object arg1, object arg2);

        public static extern string Concat(params object[] args);

        public static extern string Concat(string str0, string str1);

        public static extern string Concat(string str0, string str1, string str2);

        public static extern string Concat(string str0, string str1, string str2, string str3);

        public static extern string Concat(params string[] values);

        public override bool Equals(object obj) => false;

        public override int GetHashCode() => 0;
    }

    /// <summary>A view of a byte array; nanoFramework's stand-in for a span.</summary>
    public readonly ref struct SpanByte
    {
        private readonly byte[] _array;
        private readonly int _start;
        private readonly int _length;

        public SpanByte(byte[] array)
        {
            _array = array;
            _start = 0;
            _length = array.Length;
        }

        public SpanByte(byte[] array, int start, int length)
        {
            _array = array;
            _start = start;
            _length = length;
        }

        public int Length
        {
            get { return _length; }
        }

        public byte this[int index]
        {
            get { return _array[_start + index]; }
            set { _array[_start + index] = value; }
        }

        public static implicit operator SpanByte(byte[] array) => new SpanByte(array);
    }
}
