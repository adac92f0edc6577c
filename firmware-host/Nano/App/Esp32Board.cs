using System.Diagnostics;
using nanoFramework.Runtime.Native;

namespace Barrel.Nano
{
    /// <summary>The board that this runs on.</summary>
    public sealed class Esp32Board : IBoard
    {
        public void Say(string line)
        {
            Debug.WriteLine(line);
        }

        public int FreeHeapBytes()
        {
            return (int)(long)GC.Run(true);
        }

        public void Restart()
        {
            Power.RebootDevice();
        }
    }
}
