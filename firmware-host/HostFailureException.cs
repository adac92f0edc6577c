using Barrel.Runtime;

namespace Barrel.Host;

/// <summary>
/// What was asked for is right but something around it broke: a pin that another program holds, a camera that went away, a model that failed.
/// Trying again may help, so the program ends with exit code 1, after which a service is started again; bad input ends it with 2.
/// </summary>
internal sealed class HostFailureException(int code, string message, Exception? inner = null) : Exception(message, inner)
{
    public HostFailureException(BarrelException cause)
        : this(cause.Code, cause.Message, cause)
    {
    }

    /// <summary>The number after BRL.</summary>
    public int Code { get; } = code;
}
