using System.Reflection;
using Barrel.Boards;
using Barrel.Host.CommandLine;
using Barrel.Host.Commands;
using Barrel.Runtime;

namespace Barrel.Host;

/// <summary>The list of commands, and the one place where errors become a line and an exit code.</summary>
internal static class Program
{
    private const int ExitFailure = 1;
    private const int ExitBadInput = 2;

    private static int Main(string[] arguments) => Run(arguments, CommandContext.ForConsole(ModelFile.Load));

    public static int Run(string[] arguments, CommandContext context)
    {
        Command root = new("", "Road detection without multiplications, on small boards.")
        {
            DemoCommand.Create(context),
            RunCommand.Create(context),
            StatusCommand.Create(context),
            SceneCommand.Create(context),
            ChipCommand.Create(context),
        };
        try
        {
            if (arguments is ["--version"])
            {
                context.Output.WriteLine(typeof(Program).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion);
                return 0;
            }

            ParseResult result = ParseResult.Parse(root, arguments);
            if (result.IsHelpAsked)
            {
                CommandHelp.Write(context.Output, "barrel-host", result.Way, context.IsTerminal ? Console.WindowWidth : int.MaxValue);
                return 0;
            }

            return result.Error is { } error ? Fail(context, HostErrors.Usage, error.TrimEnd('.') + "; see --help") : result.Command.Action!(result);
        }
        catch (BarrelException e)
        {
            return Fail(context, e.Code, e.Message);
        }
        catch (HostFailureException e)
        {
            return Fail(context, e.Code, e.Message, ExitFailure);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What is opened by name has its own messages; what is left is the output, a closed pipe for instance.
            return Fail(context, HostErrors.Unwritable, $"the output cannot be written: {e.Message.TrimEnd('.')}");
        }
        catch (BoardException e)
        {
            return Fail(context, e.Code, e.Message);
        }
    }

    private static int Fail(CommandContext context, int code, string message, int exitCode = ExitBadInput)
    {
        context.Log.Failure(code, message);
        return exitCode;
    }
}
