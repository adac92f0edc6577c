namespace Barrel.Host.Service;

/// <summary>A camera that starts again by itself after it broke off.</summary>
internal interface IRestartCount
{
    /// <summary>How often it did; any thread may ask.</summary>
    long RestartCount { get; }
}
