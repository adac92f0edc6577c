using System.Runtime.InteropServices;
using Barrel.Host.Pins;
using Barrel.Host.Service;

namespace Barrel.Host.Loop;

/// <summary>SIGINT and SIGTERM make the pins safe at once, even while the model runs, and then end the loop in good order.</summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource source = new();
    private readonly PosixSignalRegistration interrupt;
    private readonly PosixSignalRegistration terminate;
    private readonly DecisionPins pins;
    private readonly EventLog log;

    public StopSignals(DecisionPins pins, EventLog log)
    {
        this.pins = pins;
        this.log = log;
        interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
    }

    public CancellationToken Token => source.Token;

    public void Dispose()
    {
        interrupt.Dispose();
        terminate.Dispose();
        source.Dispose();
    }

    /// <summary>Ends the loop; called by the system, with the signal's name.</summary>
    public void Stop(PosixSignalContext context)
    {
        // The program ends by itself, after its last lines.
        context.Cancel = true;
        pins.Latch();
        log.Info($"{context.Signal}");
        try
        {
            source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The loop had ended by itself while this signal came.
        }
    }
}
