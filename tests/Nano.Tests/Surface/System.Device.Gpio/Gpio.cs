namespace System.Device.Gpio
{
    public enum PinMode
    {
        Input = 0,
        Output = 3,
    }

    public enum PinValue
    {
        Low = 0,
        High = 1,
    }

    public sealed class GpioPin
    {
        public extern void Write(PinValue value);

        public extern void Toggle();
    }

    public sealed class GpioController
    {
        public extern GpioController();

        public extern GpioPin OpenPin(int pinNumber, PinMode mode);
    }
}
