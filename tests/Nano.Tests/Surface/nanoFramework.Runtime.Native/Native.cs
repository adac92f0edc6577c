namespace System
{
    public static class Environment
    {
        public static extern long TickCount64 { get; }
    }
}

namespace nanoFramework.Runtime.Native
{
    public static class Power
    {
        public static extern void RebootDevice();
    }

    public static class SystemInfo
    {
        public static extern string TargetName { get; }
    }

    public static class GC
    {
        public static extern uint Run(bool compactHeap);
    }
}
