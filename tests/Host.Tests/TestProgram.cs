using Barrel.Host.Commands;
using Barrel.Runtime;
using Microsoft.Testing.Platform.Builder;

namespace Barrel.Host.Tests;

/// <summary>
/// The test program can also be barrel-host itself with a fake network, so that tests can send a real signal to a real process.
/// </summary>
internal static class TestProgram
{
    public const string HostSwitch = "--as-barrel-host";

    // What is a program stands for the fake network; all else is for the loader.
    private static Executor Load(byte[] file, int arenaBytesMax, int threads) =>
        file is [(byte)'M', (byte)'Z', ..] ? new FakeExecutor() : ModelFile.Load(file, arenaBytesMax, threads);

    private static async Task<int> Main(string[] arguments)
    {
        if (arguments is [HostSwitch, .. string[] rest])
            return Program.Run(rest, CommandContext.ForConsole(Load));

        ITestApplicationBuilder builder = await TestApplication.CreateBuilderAsync(arguments);
        // MSTest, and what else the packages bring: the build writes their list.
        builder.AddSelfRegisteredExtensions(arguments);
        using ITestApplication application = await builder.BuildAsync();
        return await application.RunAsync();
    }
}
