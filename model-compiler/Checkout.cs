namespace Barrel.Compiler;

/// <summary>The sources that this program was built from, where it still lies among them.</summary>
internal static class Checkout
{
    /// <returns>The folder around this program that holds a file, or null.</returns>
    /// <param name="file">Relative to the checkout's root.</param>
    public static string? With(string file)
    {
        for (string? folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, file)))
                return folder;
        }

        return null;
    }
}
