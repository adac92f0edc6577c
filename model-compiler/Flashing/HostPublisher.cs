using Barrel.Runtime;

namespace Barrel.Compiler.Flashing;

/// <summary>Makes the board's program from the checkout that this program lies in.</summary>
internal static class HostPublisher
{
    private const string Project = "firmware-host/Barrel.Host.csproj";
    private const string BuiltIn = "firmware-host/Models/road.barrel";
    private const string Where = "install the .NET 10 SDK, or give a published program with --program";

    /// <summary>The built-in network, for boards that have none yet.</summary>
    /// <exception cref="BarrelException">BRL1503.</exception>
    public static string BuiltInModel() => Path.Combine(Root(), BuiltIn);

    /// <param name="folder">Where the program comes to lie.</param>
    /// <exception cref="BarrelException">BRL1503.</exception>
    public static string[] Command(string folder) =>
        ["dotnet", "publish", Path.Combine(Root(), Project), "-c", "Release", "-r", "linux-arm64", "-p:DebugType=none", "--nologo", "-v", "quiet", "-o", folder];

    /// <returns>The program's path.</returns>
    /// <exception cref="BarrelException">BRL1502 or BRL1503.</exception>
    public static string Publish(string folder)
    {
        Tool tool = Tool.Run(Command(folder), Where);
        string program = Path.Combine(folder, FlashPackage.Program);
        if (tool.ExitCode == 0 && File.Exists(program))
            return program;
        string? error = tool.Out.Split('\n').FirstOrDefault(l => l.Contains("error", StringComparison.Ordinal))?.Trim();
        throw new BarrelException(
            FlashErrors.NotPublished,
            $"the program cannot be published for the board: {error ?? tool.Error}; on x64 Linux it takes gcc-aarch64-linux-gnu and libc6-dev-arm64-cross, or give --program");
    }

    private static string Root() => Checkout.With(Project)
        ?? throw new BarrelException(FlashErrors.NotPublished, $"there is no checkout with {Project} around this program; give --program, --model and --config");
}
