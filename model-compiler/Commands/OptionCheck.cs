using Barrel.Runtime;

namespace Barrel.Compiler.Commands;

/// <summary>Checks of values that parsed; each error names the option and what would be right.</summary>
internal static class OptionCheck
{
    public static int? InRange(int? value, string option, int least, int greatest) =>
        value is null || (value >= least && value <= greatest) ? value
            : throw Wrong($"{option} is {value}; {least}..{greatest} would be right");

    public static double? InRange(double? value, string option, double least, double greatest) =>
        value is null || (value >= least && value <= greatest) ? value
            : throw Wrong($"{option} is {value}; {least}..{greatest} would be right");

    /// <summary>An input file with one of the extensions, which must exist.</summary>
    public static string InputFile(string path, params string[] extensions)
    {
        if (path.Trim().Length == 0)
            throw new BarrelException(CommandErrors.InputFile, $"an empty name; a file {string.Join(" or ", extensions)} would be right");
        if (Array.IndexOf(extensions, Path.GetExtension(path).ToLowerInvariant()) < 0)
            throw new BarrelException(CommandErrors.InputFile, $"{path}: a file {string.Join(" or ", extensions)} would be right");
        return File.Exists(path) ? path
            : throw new BarrelException(CommandErrors.InputFile, $"{path}: {(Directory.Exists(path) ? "a folder, not a file" : "no such file")}");
    }

    /// <summary>
    /// A file to write with the extension by which other commands know it. An input never has that extension, so none is written over.
    /// </summary>
    public static string OutputFile(string path, string option, string extension)
    {
        if (!Directory.Exists(path) && !Path.GetExtension(path).Equals(extension, StringComparison.OrdinalIgnoreCase))
            throw Wrong($"{option} is '{path}'; a name that ends in {extension} would be right");
        Commands.OutputFile.Check(path);
        return path;
    }

    /// <summary>A data set, which must exist; what it holds is found out when it is opened.</summary>
    public static string? Data(string? path, string option) =>
        path is null || (path.Trim().Length > 0 && (Directory.Exists(path) || File.Exists(path))) ? path
            : throw new BarrelException(CommandErrors.InputFile, $"'{path}': no such folder or file ({option})");

    public static BarrelException Wrong(string message) => new(CommandErrors.Option, message);
}
