using System.CommandLine;
using System.CommandLine.Parsing;
using Barrel.Boards;
using Barrel.Runtime;

namespace Barrel.Compiler.Commands;

/// <summary>Runs one command line: picks the command, and turns whatever is wrong into one line and an exit code.</summary>
public static class CommandLine
{
    /// <param name="root">All commands.</param>
    /// <param name="arguments">What the user wrote.</param>
    /// <param name="streams">Where to write.</param>
    /// <param name="program">What the user calls the program.</param>
    public static int Run(RootCommand root, IReadOnlyList<string> arguments, Streams streams, string program = "barrel")
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
            // The trainer's options are its own.
            if (arguments.Count > 1 && arguments[0] == Train.Name && root.Subcommands.Any(c => c.Name == Train.Name))
                return Train.Run([.. arguments.Skip(1)]);
            ParseResult result = root.Parse(arguments, parser);
            if (!IsHelp(result) && Mistake(result) is string mistake)
                throw new BarrelException(CommandErrors.Usage, $"{mistake}; see {Name(result, program)} --help");
            return result.Invoke(invocation);
        }
        catch (BarrelException e)
        {
            return Fail(streams, e.Code, e.Message);
        }
        catch (BoardException e)
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

    private static string? Mistake(ParseResult result)
    {
        // An argument that takes several values would swallow a misspelt option. A file that begins with a dash is ./-name, or follows --.
        foreach (Token token in result.Tokens.TakeWhile(t => t.Type != TokenType.DoubleDash))
        {
            if (token.Type == TokenType.Argument && token.Value is ['-', '-' or (>= 'A' and <= 'z'), ..])
                return $"unknown option '{token.Value}'";
        }

        if (result.CommandResult.Command is RootCommand && result.UnmatchedTokens.Count > 0)
            return $"unknown command '{result.UnmatchedTokens[0]}'";
        return result.Errors.Count > 0 ? result.Errors[0].Message.TrimEnd('.') : null;
    }

    private static string Name(ParseResult result, string program)
    {
        Command command = result.CommandResult.Command;
        return command is RootCommand ? program : program + " " + command.Name;
    }

    private static int Fail(Streams streams, int code, string message)
    {
        streams.Error.WriteLine($"error BRL{code:D4}: {OneLine.Of(message.TrimEnd())}");
        return ExitCode.BadInput;
    }
}
