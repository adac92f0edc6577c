using System.CommandLine;
using Barrel.Boards;
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
        RootCommand root = new("Road detection without multiplications, on small boards.")
        {
            DemoCommand.Create(context),
            RunCommand.Create(context),
            StatusCommand.Create(context),
            SceneCommand.Create(context),
            ChipCommand.Create(context),
        };
        try
        {
            ParseResult result = root.Parse(arguments);
            if (result.Errors.Count > 0)
                return Fail(context, HostErrors.Usage, result.Errors[0].Message.TrimEnd('.') + "; see --help");
            return result.Invoke(new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
                Output = context.Output,
                Error = context.Error,
            });
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
