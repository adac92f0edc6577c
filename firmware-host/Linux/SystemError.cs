namespace Barrel.Host.Linux;

/// <summary>System error numbers of Linux, the same on arm64 and x64.</summary>
internal static class SystemError
{
    public const int None = 0;
    public const int NotPermitted = 1;
    public const int NoEntry = 2;
    public const int Interrupted = 4;
    public const int InputOutput = 5;
    public const int NoDeviceOrAddress = 6;
    public const int TryAgain = 11;
    public const int OutOfMemory = 12;
    public const int AccessDenied = 13;
    public const int Busy = 16;
    public const int NoDevice = 19;
    public const int NotDirectory = 20;
    public const int Invalid = 22;
    public const int NotATerminal = 25;
    public const int NotImplemented = 38;
    public const int MessageTooLong = 90;
}
