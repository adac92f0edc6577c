using System.Diagnostics;
using nanoFramework.Runtime.Native;

namespace Barrel.Nano
{
    /// <summary>The board that this runs on.</summary>
    public sealed class Esp32Board : IBoard
    {
        /// <summary>Name of the firmware.</summary>
        public string Target
        {
            get { return SystemInfo.TargetName; }
        }

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
