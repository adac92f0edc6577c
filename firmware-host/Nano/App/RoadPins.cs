using System.Device.Gpio;

namespace Barrel.Nano
{
    /// <summary>Pins of an ESP32-DevKitC; boards/esp32.json has the same numbers and safe levels.</summary>
    public sealed class RoadPins : IRoadPins
    {
        public const int Clear = 25;
        public const int Blocked = 26;
        public const int Left = 27;
        public const int Right = 32;
        public const int Alive = 33;

        private readonly GpioPin _clear;
        private readonly GpioPin _blocked;
        private readonly GpioPin _left;
        private readonly GpioPin _right;
        private readonly GpioPin _alive;

        public RoadPins(GpioController controller)
        {
            _clear = controller.OpenPin(Clear, PinMode.Output);
            _blocked = controller.OpenPin(Blocked, PinMode.Output);
            _left = controller.OpenPin(Left, PinMode.Output);
            _right = controller.OpenPin(Right, PinMode.Output);
            _alive = controller.OpenPin(Alive, PinMode.Output);
            MakeSafe();
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
