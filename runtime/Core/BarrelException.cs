using System;

namespace Barrel.Runtime
{
    /// <summary>
    /// Bad input with a stable code from <c>runtime/ErrorCodes.md</c>. A program that meets one prints the single line
    /// "error BRLnnnn: what, where, what would be right" and ends with exit code 2.
    /// </summary>
    public sealed class BarrelException : Exception
    {
        /// <param name="code">1xxx import, 2xxx quantize and place, 3xxx blob, 4xxx board and host, 5xxx chip.</param>
        /// <param name="message">What came, where, and what would be right; one line without a final full stop.</param>
        public BarrelException(int code, string message)
            : base(message)
        {
            Code = code;
        }

        public BarrelException(int code, string message, Exception inner)
            : base(message, inner)
        {
            Code = code;
        }

        /// <summary>The number after BRL.</summary>
        public int Code { get; }
    }
}
