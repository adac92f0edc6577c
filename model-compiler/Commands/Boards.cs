using System.CommandLine;
using Barrel.Runtime;

namespace Barrel.Compiler.Commands;

/// <summary><c>barrel boards</c>: the boards that --board takes.</summary>
public static class Boards
{
    public static Command Create(Streams streams)
    {
        var json = SharedOptions.Json();
        return new Command("boards", "List the boards that are known") { json }
            .Does(result => Run(result.GetValue(json), streams));
    }

    private static int Run(bool json, Streams streams) =>
        throw new BarrelException(CommandErrors.NotBuilt, "boards: this command is not built yet");
}
