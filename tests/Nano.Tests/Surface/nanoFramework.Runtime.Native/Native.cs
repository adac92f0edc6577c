namespace nanoFramework.Runtime.Native
{
    public static class Power
    {
        public static extern void RebootDevice();
    }

    public static class GC
    {
        public static extern uint Run(bool compactHeap);
    }
}
