using System.Reflection;
using Barrel.Host.Commands;
using Microsoft.Testing.Platform.Builder;

namespace Barrel.Host.Tests;

/// <summary>
/// The test program can also be barrel-host itself with a fake network, so that tests can send a real signal to a real process.
/// </summary>
internal static class TestProgram
{
    public const string HostSwitch = "--as-barrel-host";

    private static async Task<int> Main(string[] arguments)
    {
        if (arguments is [HostSwitch, .. string[] rest])
            return Program.Run(rest, CommandContext.ForConsole((_, _) => new FakeExecutor()));

        ITestApplicationBuilder builder = await TestApplication.CreateBuilderAsync(arguments);
        builder.AddMSTest(() => [Assembly.GetEntryAssembly()!]);
        using ITestApplication application = await builder.BuildAsync();
        return await application.RunAsync();
    }
}
