using Barrel.Host.Cameras;
using Barrel.Host.CommandLine;
using Barrel.Host.Service;

namespace Barrel.Host.Commands;

/// <summary><c>barrel-host demo</c>: the embedded network on a rendered clip, with simulated pins.</summary>
internal static class DemoCommand
{
    public static Command Create(CommandContext context)
    {
        Option<string> overlay = new("--overlay")
        {
            Description = "write a PNG a frame into this directory",
            DefaultValue = () => Path.Combine(".", "barrel-demo"),
        };
        Option<bool> json = new("--json") { Description = "print one JSON object" };
        Command command = new("demo", "find the road in a built-in clip; needs nothing") { overlay, json };
        command.SetAction(arguments =>
        {
            byte[] blob = DemoFiles.Model();
            using ICamera clip = new SceneCamera(DemoFiles.ClipSeed, DemoFiles.ClipWidth, DemoFiles.ClipHeight, DemoFiles.ClipFramesPerSecond);
            new RoadJob
            {
                Blob = blob,
                Camera = clip,
                Config = new RunConfig
                {
                    Model = "of the demo",
                    Camera = "of the demo",
                    Frames = DemoFiles.ClipFrameCount,

                    // The clip stands still between its frames, and a slow machine shows the same as a fast one.
                    Watchdog = RunConfigKeys.WatchdogMsMax,
                    Overlay = arguments.GetRequiredValue(overlay),
                    Json = arguments.GetValue(json),
                },
                AlwaysHasPicture = true,
            }.Run(context);
            return 0;
        });
        return command;
    }
}
