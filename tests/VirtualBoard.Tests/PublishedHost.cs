using Barrel.Arm64.Tests;

namespace Barrel.VirtualBoard.Tests;

/// <summary>barrel-host as it goes to a board, published once for all tests.</summary>
internal static class PublishedHost
{
    private static readonly Lazy<string> Published = new(() => EmulatedArm64.Publish("firmware-host/Barrel.Host.csproj", "barrel-host"));

    /// <summary>The program's path.</summary>
    public static string Program => Published.Value;
}
