using System.CommandLine;

namespace Barrel.Compiler.Commands;

/// <summary>Options that several commands have, described once.</summary>
internal static class SharedOptions
{
    public static Option<bool> Json() => new("--json") { Description = "Print one JSON object and nothing else" };

    public static Option<string?> Card() => new("--card")
    {
        Description = "Model card; default is MODEL.card.json beside MODEL.onnx",
        HelpName = "FILE.json",
    };

    public static Argument<string> Onnx() => new("MODEL.onnx") { Description = "The float network" };

    public static Argument<string> Blob() => new("MODEL.barrel") { Description = "The compiled network" };
}
