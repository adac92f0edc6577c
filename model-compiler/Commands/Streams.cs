namespace Barrel.Compiler.Commands;

/// <summary>Where a command writes: results to <see cref="Out"/>, everything else to <see cref="Error"/>.</summary>
/// <param name="Out">Standard output.</param>
/// <param name="Error">Standard error.</param>
/// <param name="ShowsProgress">True where Error is a terminal that a line may be redrawn on.</param>
public sealed record Streams(TextWriter Out, TextWriter Error, bool ShowsProgress)
{
    public static Streams Console => new(System.Console.Out, System.Console.Error, !System.Console.IsErrorRedirected);
}
