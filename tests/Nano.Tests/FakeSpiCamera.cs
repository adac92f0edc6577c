namespace Barrel.Nano.Tests;

/// <summary>
/// A module like the ArduCAM Mega, as its maker's sources and application note have it: a register is read in the third byte; each setting keeps the sensor busy
/// for a while, in which another is lost; a capture takes time; its first burst begins with a byte that means nothing, later ones do not.
/// </summary>
internal sealed class FakeSpiCamera
{
    public const int Side = 96;

    private const int BusyMs = 20;
    private const int CaptureMs = 60;

    private readonly Dictionary<int, int> _settings = [];
    private long _idleFromMs;
    private long _doneFromMs = long.MaxValue;
    private bool _isFirstBurst;
    private int _at;

    /// <summary>RGB565, the higher byte first.</summary>
    public byte[] Frame { get; } = new byte[Side * Side * 2];

    /// <summary>Nothing is on the bus from now on: it reads as ones.</summary>
    public bool IsAbsent { get; set; }

    /// <summary>Captures start and do not end.</summary>
    public bool IsStuck { get; set; }

    public void Transfer(ReadOnlySpan<byte> sent, Span<byte> received, long nowMs)
    {
        if (IsAbsent)
        {
            received.Fill(0xFF);
            return;
        }

        received.Clear();
        int register = sent[0] & 0x7F;
        if ((sent[0] & 0x80) != 0)
            Write(register, sent[1], nowMs);
        else if (register == 0x44)
            received[2] = (byte)((nowMs >= _idleFromMs ? 2 : 1) | (nowMs >= _doneFromMs ? 4 : 0));
        else if (register == 0x3C)
            Burst(received[1..]);
    }

    private void Write(int register, int value, long nowMs)
    {
        if (register is 0x20 or 0x21)
        {
            if (nowMs >= _idleFromMs)
                _settings[register] = value;
            _idleFromMs = nowMs + BusyMs;
        }
        else if (register == 0x04 && value == 1)
        {
            _doneFromMs = long.MaxValue;
        }
        else if (register == 0x04 && value == 2)
        {
            _at = 0;
            _isFirstBurst = true;
            _doneFromMs = IsStuck ? long.MaxValue : nowMs + CaptureMs;
        }
    }

    private void Burst(Span<byte> to)
    {
        // RGB565 of 96 x 96, or it sends something else.
        if (_settings.GetValueOrDefault(0x20) != 2 || _settings.GetValueOrDefault(0x21) != 0x0A)
            return;
        if (_isFirstBurst)
        {
            to[0] = 0xA5;
            to = to[1..];
        }

        _isFirstBurst = false;
        Frame.AsSpan(_at, to.Length).CopyTo(to);
        _at += to.Length;
    }
}
