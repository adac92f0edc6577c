namespace Barrel.VirtualBoard.Tests;

/// <summary>A command line for the board's shell.</summary>
/// <param name="Command">For a service one program with its arguments, and nothing that only a shell can do.</param>
/// <param name="SecondsMax">The script ends when the command, or a service until it is ready, takes longer.</param>
/// <param name="ReadyFile">Null for a command; a service goes on in the background once this file is there.</param>
internal sealed record BoardStep(string Command, int SecondsMax, string? ReadyFile);

/// <summary>What came of a step.</summary>
/// <param name="ExitCode">Null where the step did not end, or was never reached. A service that still ran at the end has 143 or what it made of SIGTERM.</param>
internal sealed record StepResult(string Command, int? ExitCode, string Out, string Error, double Seconds)
{
    /// <summary>Whether a service came so far that the next step could begin.</summary>
    public bool IsReady { get; init; }
}
