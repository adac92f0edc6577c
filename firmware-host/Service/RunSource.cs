using Barrel.Host.Cameras;
using Barrel.Runtime;

namespace Barrel.Host.Service;

/// <summary>Where the options of a run come from: its command line, over a configuration file where one is named.</summary>
/// <param name="commandLine">What was given there; it wins.</param>
/// <param name="configPath">A JSON file, or null.</param>
internal sealed class RunSource(RunConfig commandLine, string? configPath)
{
    private string? modelPath;

    /// <summary>The files that a running loop follows.</summary>
    public string[] Files => [.. new[] { configPath, modelPath }.OfType<string>()];

    /// <summary>As <see cref="Load()"/>; the stamps then are those of what was read, or older.</summary>
    public RunConfig Load(FileStamps stamps)
    {
        // Which files there are is known only after reading.
        Load();
        stamps.Accept(Files);
        return Load();
    }

    /// <summary>Reads the file again and puts the command line over it.</summary>
    /// <exception cref="BarrelException">BRL4060, BRL4061, BRL4027, or BRL4033 where no model or no camera is named.</exception>
    public RunConfig Load()
    {
        RunConfig config = configPath is null ? commandLine : commandLine.Over(RunConfigFile.Read(configPath));
        string where = configPath is null ? "give them, or a file with --config" : $"give them, or name them in '{configPath}'";
        if (config.Model is null)
            throw new BarrelException(HostErrors.Usage, $"--model is missing: run needs a model and a camera; {where}; see --help");
        if (config.Camera is null)
            throw new BarrelException(HostErrors.Usage, $"--camera is missing: run needs a model and a camera, {CameraSources.Help}; {where}; see --help");
        modelPath = config.Model;
        return config;
    }
}
