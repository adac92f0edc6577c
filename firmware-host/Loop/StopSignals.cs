using System.Runtime.InteropServices;
using Barrel.Host.Pins;

namespace Barrel.Host.Loop;

/// <summary>SIGINT and SIGTERM make the pins safe at once, even while the model runs, and then end the loop in good order.</summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource source = new();
    private readonly PosixSignalRegistration interrupt;
    private readonly PosixSignalRegistration terminate;
    private readonly DecisionPins pins;
    private readonly TextWriter log;

    public StopSignals(DecisionPins pins, TextWriter log)
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

    private void Stop(PosixSignalContext context)
    {
        // The program ends by itself, after its last lines.
        context.Cancel = true;
        pins.Latch();
        log.WriteLine($"barrel-host: {context.Signal}");
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
