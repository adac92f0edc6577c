using System.Runtime.InteropServices;

namespace Barrel.Host.Service;

/// <summary>
/// SIGHUP asks a service to reload. To a program at a terminal it says that the terminal is gone: there it keeps its usual meaning, and ends
/// the program with its pins safe.
/// </summary>
internal sealed class ReloadSignal : IDisposable
{
    private readonly PosixSignalRegistration? registration;

    /// <param name="reload">Returns soon; called on a thread of the system's.</param>
    /// <param name="stop">Ends the program, as SIGTERM does.</param>
    public ReloadSignal(Action reload, Action<PosixSignalContext> stop)
    {
        if (OperatingSystem.IsWindows())
            return;
        bool isService = Console.IsInputRedirected;
        registration = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
        {
            context.Cancel = true;
            if (isService)
                reload();
            else
                stop(context);
        });
    }

    public void Dispose() => registration?.Dispose();
}
