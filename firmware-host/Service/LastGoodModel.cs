using Barrel.Boards;
using Barrel.Host.Linux;
using Barrel.Runtime;

namespace Barrel.Host.Service;

/// <summary>
/// A copy of the last model that decided a frame, in the service's own folder. A start that finds the model damaged (a copy that broke off, a
/// card that lost its last writes with the power) goes on with it instead of not at all. Without such a folder it does nothing.
/// </summary>
/// <param name="folder">Kept over restarts; null for none.</param>
internal sealed class LastGoodModel(string? folder)
{
    public const string FolderVariable = "STATE_DIRECTORY";
    public const string FileName = "last-good.barrel";

    /// <summary>Where the copy is; null for nowhere.</summary>
    public string? Path { get; } = folder is null ? null : System.IO.Path.Combine(folder, FileName);

    /// <summary>In the folder that systemd keeps for the service, which is rid of what a power cut left half written: once a cut, it would fill a card.</summary>
    public static LastGoodModel OfService()
    {
        string? folders = Environment.GetEnvironmentVariable(FolderVariable);

        // Several folders are separated by colons.
        string? folder = string.IsNullOrEmpty(folders) ? null : folders.Split(':')[0];
        if (folder is not null)
            WholeFile.DeleteLeftovers(folder);
        return new LastGoodModel(folder);
    }

    /// <summary>Whether an error is of the model's file, so that another copy of it may help.</summary>
    public static bool Helps(BarrelException e) =>
        e.Code is (>= ModelErrors.NotABlob and <= ModelErrors.TooLarge) or HostErrors.ModelUnreadable or HostErrors.NotRoadModel;

    /// <summary>The copy, or null.</summary>
    public byte[]? Read()
    {
        try
        {
            return Path is not null && File.Exists(Path) ? ModelFile.Read(Path) : null;
        }
        catch (BarrelException)
        {
            return null;
        }
    }

    /// <summary>Makes this the copy; power may go at any moment.</summary>
    public void Keep(byte[] blob, EventLog log)
    {
        if (Path is null || (Read() is { } kept && kept.AsSpan().SequenceEqual(blob)))
            return;
        try
        {
            WholeFile.Write(Path, stream => stream.Write(blob));
            FolderEntries.Flush(System.IO.Path.GetDirectoryName(Path)!);
        }
        catch (Exception e) when (WholeFile.IsFailure(e))
        {
            log.Warning($"the model is not kept for a bad start: {OneLine.Of(e.Message)}");
        }
    }
}
