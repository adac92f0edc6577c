using System.Device.Gpio;

namespace Barrel.Nano
{
    /// <summary>Pins of the boards that are known; their files in boards/ have the same numbers and safe levels.</summary>
    public sealed class RoadPins : IRoadPins
    {
        private readonly GpioPin _clear;
        private readonly GpioPin _blocked;
        private readonly GpioPin _left;
        private readonly GpioPin _right;
        private readonly GpioPin _alive;

        /// <param name="controller">Opens them.</param>
        /// <param name="numbers">As <see cref="NumbersOf"/> gives them.</param>
        public RoadPins(GpioController controller, int[] numbers)
        {
            _clear = controller.OpenPin(numbers[0], PinMode.Output);
            _blocked = controller.OpenPin(numbers[1], PinMode.Output);
            _left = controller.OpenPin(numbers[2], PinMode.Output);
            _right = controller.OpenPin(numbers[3], PinMode.Output);
            _alive = controller.OpenPin(numbers[4], PinMode.Output);
            MakeSafe();
        }

        /// <summary>Clear, blocked, left, right, alive, and the chip select of SPI. On another chip such a pin may be one of its flash: where the firmware is unknown, none is right.</summary>
        /// <param name="target">Name of the firmware: ESP32_REV0, ESP32_PSRAM_REV3, ESP32_S3_OCTAL …</param>
        /// <returns>Null where it is unknown.</returns>
        public static int[]? NumbersOf(string target)
        {
            if (target.StartsWith("ESP32_S3"))
                return new int[] { 4, 5, 6, 7, 15, 10 };
            if (target.StartsWith("ESP32_REV") || target.StartsWith("ESP32_PSRAM") || target.StartsWith("ESP32_BLE"))
                return new int[] { 25, 26, 27, 32, 33, 5 };
            return null;
        }

        public void Show(bool isClear, bool isBlocked, bool isLeft, bool isRight)
        {
            Set(_clear, isClear);
            Set(_blocked, isBlocked);
            Set(_left, isLeft);
            Set(_right, isRight);
            _alive.Toggle();
        }

        public void MakeSafe()
        {
            Set(_clear, false);
            Set(_blocked, true);
            Set(_left, false);
            Set(_right, false);
            Set(_alive, false);
        }

        private static void Set(GpioPin pin, bool isHigh)
        {
            pin.Write(isHigh ? PinValue.High : PinValue.Low);
        }
    }
}
