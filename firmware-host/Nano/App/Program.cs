using System.Device.Gpio;
using System.Device.Spi;
using System.IO.Ports;
using Barrel.Host.Chip;
using Barrel.Runtime;

namespace Barrel.Nano
{
    /// <summary>Puts the parts together. Change here which camera it is, whether there is a TDNN chip, and where they are connected.</summary>
    public static class Program
    {
        private const int CameraNone = 0;
        private const int CameraSerial = 1;
        private const int CameraSpi = 2;

        private const int Camera = CameraNone;
        private const int ArenaBytesMax = 65536;
        private const int SerialBaud = 921600;
        private const int FrameWidth = 64;
        private const int FrameHeight = 48;

        private const int SpiBus = 1;
        private const int SpiClockHz = 8000000;

        /// <summary>Below 0 there is no chip; layers that were placed on one run in software.</summary>
        private const int ChipSelectOfChip = -1;

        private const int ChipTransferBytesMax = 1024;
        private const int ChipRetries = 8;
        private const int ChipTimeoutMs = 200;

        /// <summary>A model that is taken before those in the resources.</summary>
        private const string ModelPath = "I:\\road.barrel";

        public static void Main()
        {
            Esp32Board board = new Esp32Board();
            int[]? numbers = RoadPins.NumbersOf(board.Target);
            if (numbers == null)
            {
                board.Say("error: no pins are known for " + board.Target + "; RoadPins.cs takes them");
                return;
            }

            // First of all, so that nothing that fails later finds them elsewhere.
            RoadPins pins = new RoadPins(new GpioController(), numbers);
            IFrameSource frames;
            ChipLink? chip;
            BlobBytes[] blobs;
            try
            {
                frames = Frames(Camera, numbers[5]);
                chip = Chip(ChipSelectOfChip);
                blobs = Blobs(board);
            }
            catch (System.Exception e)
            {
                board.Say("error: devices: " + e.Message);
                board.Restart();
                return;
            }

            new RoadApp(board, pins).Run(blobs, new Barrel.Generated.Network(), chip, frames, ArenaBytesMax, -1);
        }

        private static IFrameSource Frames(int camera, int chipSelect)
        {
            if (camera == CameraSerial)
            {
                SerialPort port = new SerialPort("COM2", SerialBaud);
                port.Open();
                return new SerialFrames(port, FrameWidth, FrameHeight);
            }

            if (camera == CameraSpi)
                return new SpiCameraFrames(Device(chipSelect));
            return new FlashFrames(Resources.Bytes(Resources.Binary.Frame), FrameWidth, FrameHeight);
        }

        private static ChipLink? Chip(int chipSelect)
        {
            if (chipSelect < 0)
                return null;
            LinkLimits limits = new LinkLimits();
            limits.TransferBytesMax = ChipTransferBytesMax;
            limits.Retries = ChipRetries;
            limits.TimeoutMs = ChipTimeoutMs;
            return new SpiLink(Device(chipSelect), limits);
        }

        private static SpiDevice Device(int chipSelect)
        {
            SpiConnectionSettings settings = new SpiConnectionSettings(SpiBus, chipSelect);
            settings.ClockFrequency = SpiClockHz;
            return SpiDevice.Create(settings);
        }

        /// <summary>The file where there is one, and behind it the resources, which no update of the file damages.</summary>
        private static BlobBytes[] Blobs(IBoard board)
        {
            BlobBytes model = new ResourceBlob(Resources.Binary.Model);
            BlobBytes lastGood = new ResourceBlob(Resources.Binary.LastGoodModel);
            FileBlob? file = FileBlob.Open(ModelPath, board);
            if (file == null)
                return new BlobBytes[] { model, lastGood };
            return new BlobBytes[] { file, model, lastGood };
        }
    }
}
