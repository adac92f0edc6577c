using System.Device.Spi;
using Barrel.Boards;
using Barrel.Runtime;

namespace Barrel.Host.Chip;

/// <summary>A link over a device of System.Device.Spi.</summary>
internal sealed class SpiLink : ChipLink
{
    private readonly SpiDevice device;

    /// <param name="device">Closed with the link.</param>
    /// <param name="chip">Gives the longest transfer, retries and timeout.</param>
    public SpiLink(SpiDevice device, BoardChip chip)
        : base(new LinkLimits { TransferBytesMax = chip.TransferBytesMax, Retries = chip.Retries, TimeoutMs = chip.TimeoutMs }) => this.device = device;

    /// <summary>The chip behind a device, which must be as the board's file says.</summary>
    /// <exception cref="BarrelException">BRL5003 to BRL5008; the device is closed.</exception>
    public static TdnnChip Greet(SpiDevice device, BoardChip chip) => TdnnChip.Greet(
        new SpiLink(device, chip),
        new ChipIdentity
        {
            Kind = chip.IsReram ? Placement.KindReram : Placement.KindSram, Segments = chip.Segments, SegmentPes = chip.SegmentPes, InputBits = chip.InputBits,
            MarginBits = chip.MarginBits,
        });

    public override void Dispose() => device.Dispose();

    protected override string? Transfer(byte[] sent, byte[] received, int count)
    {
        try
        {
            device.TransferFullDuplex(sent.AsSpan(0, count), received.AsSpan(0, count));
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            return OneLine.Of(e.Message).TrimEnd('.');
        }
    }
}
