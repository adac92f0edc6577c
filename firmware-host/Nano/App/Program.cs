using System.Device.Gpio;
using System.Device.Spi;
using System.IO.Ports;
using Barrel.Runtime;

namespace Barrel.Nano
{
    /// <summary>Puts the parts together. Change here which camera it is, and where it is connected.</summary>
    public static class Program
    {
        private const int CameraNone = 0;
        private const int CameraSerial = 1;
        private const int CameraSpi = 2;

        private const int Camera = CameraNone;
        private const int ArenaBytesMax = 65536;
        private const int SerialBaud = 921600;
        private const int SpiBus = 1;
        private const int SpiChipSelect = 5;
        private const int SpiClockHz = 8000000;
        private const int FrameWidth = 64;
        private const int FrameHeight = 48;

        public static void Main()
        {
            // First of all, so that nothing that fails later finds them elsewhere.
            RoadPins pins = new RoadPins(new GpioController());
            Esp32Board board = new Esp32Board();
            IFrameSource frames;
            try
            {
                frames = Frames(Camera);
            }
            catch (System.Exception e)
            {
                board.Say("error: camera: " + e.Message);
                board.Restart();
                return;
            }

            BlobBytes[] blobs = { new ResourceBlob(Resources.Binary.Model), new ResourceBlob(Resources.Binary.LastGoodModel) };
            new RoadApp(board, pins).Run(blobs, new Barrel.Generated.Network(), frames, ArenaBytesMax, -1);
        }

        private static IFrameSource Frames(int camera)
        {
            if (camera == CameraSerial)
            {
                SerialPort port = new SerialPort("COM2", SerialBaud);
                port.Open();
                return new SerialFrames(port, FrameWidth, FrameHeight);
            }

            if (camera == CameraSpi)
            {
                SpiConnectionSettings settings = new SpiConnectionSettings(SpiBus, SpiChipSelect);
                settings.ClockFrequency = SpiClockHz;
                return new SpiCameraFrames(SpiDevice.Create(settings));
            }

            return new FlashFrames(Resources.Bytes(Resources.Binary.Frame), FrameWidth, FrameHeight);
        }
    }
}
