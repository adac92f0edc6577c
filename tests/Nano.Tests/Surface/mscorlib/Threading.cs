namespace System.Threading
{
    public delegate void ThreadStart();

    public sealed class Thread
    {
        public extern Thread(ThreadStart start);

        public static extern void Sleep(int millisecondsTimeout);

        public extern void Start();
    }

    public static class Monitor
    {
        public static extern void Enter(object obj, ref bool lockTaken);

        public static extern void Exit(object obj);
    }
}

namespace System.Diagnostics
{
    public static class Debug
    {
        public static extern void WriteLine(string message);
    }
}

namespace System.Collections
{
    public interface IEnumerable
    {
        IEnumerator GetEnumerator();
    }

    public interface IEnumerator
    {
        object Current { get; }

        bool MoveNext();

        void Reset();
    }
}

namespace System.Reflection
{
    public abstract class Assembly
    {
        public static extern Assembly GetExecutingAssembly();
    }
}
