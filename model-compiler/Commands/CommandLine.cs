using System.CommandLine;
using Barrel.Runtime;

namespace Barrel.Compiler.Commands;

/// <summary>Runs one command line: picks the command, and turns whatever is wrong into one line and an exit code.</summary>
public static class CommandLine
{
    public static int Run(RootCommand root, IReadOnlyList<string> arguments, Streams streams)
    {
        // A file name may begin with @ or hold several letters after one dash.
        var parser = new ParserConfiguration { ResponseFileTokenReplacer = null, EnablePosixBundling = false };
        var invocation = new InvocationConfiguration
        {
            Output = streams.Out,
            Error = streams.Error,
            EnableDefaultExceptionHandler = false,
        };
        try
        {
            ParseResult result = root.Parse(arguments, parser);
            if (result.Errors.Count > 0 && !IsHelp(result))
                throw new BarrelException(CommandErrors.Usage, $"{Message(result)}; see {Name(result)} --help");
            return result.Invoke(invocation);
        }
        catch (BarrelException e)
        {
            return Fail(streams, e.Code, e.Message);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Fail(streams, CommandErrors.System, e.Message.TrimEnd('.'));
        }
    }

    /// <summary>Turns a command's body into what System.CommandLine calls.</summary>
    public static Command Does(this Command command, Func<ParseResult, int> body)
    {
        command.SetAction(body);
        return command;
    }

    // With --help nothing else needs to be right.
    private static bool IsHelp(ParseResult result) => result.Action is System.CommandLine.Help.HelpAction;

    private static string Message(ParseResult result) => result.Errors[0].Message.TrimEnd('.');

    private static string Name(ParseResult result)
    {
        Command command = result.CommandResult.Command;
        return command is RootCommand ? "barrel" : "barrel " + command.Name;
    }

    private static int Fail(Streams streams, int code, string message)
    {
        string line = string.Join(' ', message.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        streams.Error.WriteLine($"error BRL{code:D4}: {line}");
        return ExitCode.BadInput;
    }
}
