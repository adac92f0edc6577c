using System.CommandLine;
using Barrel.Host.Cameras;
using Barrel.Host.Chip;
using Barrel.Host.Loop;
using Barrel.Host.Pins;
using Barrel.Runtime;

namespace Barrel.Host.Commands;

/// <summary><c>barrel-host run</c>: the frame loop.</summary>
internal static class RunCommand
{
    public static Command Create(CommandContext context)
    {
        Option<string> model = new("--model") { Description = "the compiled network, a .barrel file", Required = true };
        Option<string> camera = new("--camera") { Description = CameraSources.Help, Required = true };
        Option<string> board = new("--board") { Description = "a board's name or its .json file", DefaultValueFactory = _ => "desktop" };
        Option<string> pins = new("--pins") { Description = "simulated or gpio", DefaultValueFactory = _ => PinAccess.Simulated };
        Option<long?> frames = new("--frames") { Description = "stop after so many frames" };
        Option<string?> overlay = new("--overlay") { Description = "write a PNG a frame into this directory" };
        Option<string?> record = new("--record") { Description = "write the frames into this .y4m file, to be played again to the same decisions: --camera y4m:FILE" };
        Option<bool> realtime = new("--realtime") { Description = "play a file or scene at its own speed and drop frames that come too late" };
        Option<bool> loops = new("--loop") { Description = "begin again at the end of a directory" };
        Option<int> watchdog = new("--watchdog") { Description = "milliseconds without a decision until the pins are made safe", DefaultValueFactory = _ => 1000 };
        Option<int> threads = new("--threads") { Description = "threads that share an inference; the decisions are the same with any number", DefaultValueFactory = _ => 1 };
        Option<string?> link = new("--link") { Description = "run the layers that were placed on a TDNN chip there: " + ChipLinks.Help };
        Option<string?> emulate = new("--emulate") { Description = Emulation.Help };
        Option<bool> json = new("--json") { Description = "print one JSON object" };
        WholeNumber.InRange(frames, 1, long.MaxValue);
        WholeNumber.InRange(threads, 1, Executors.ThreadsMax);
        WholeNumber.InRange(watchdog, 10, 3_600_000);

        Command command = new("run", "find the road in frames and show decisions on pins")
        {
            model, camera, board, pins, frames, overlay, record, realtime, loops, watchdog, threads, link, emulate, json,
        };
        command.SetAction(arguments =>
        {
            byte[] blob = ModelFile.Read(arguments.GetRequiredValue(model));
            using ICamera source = OpenCamera(context, arguments.GetRequiredValue(camera), arguments.GetValue(loops), arguments.GetValue(record));
            new RoadJob
            {
                Blob = blob,
                ModelName = arguments.GetRequiredValue(model),
                Camera = source,
                CameraName = arguments.GetRequiredValue(camera),
                BoardName = arguments.GetRequiredValue(board),
                PinKind = arguments.GetRequiredValue(pins),
                OverlayPath = arguments.GetValue(overlay),
                IsJson = arguments.GetValue(json),
                Threads = arguments.GetValue(threads),
                ChipLink = arguments.GetValue(link),
                ChipEmulation = Emulation.Parse(arguments.GetValue(emulate)),
                Loop = new FrameLoopSettings
                {
                    FrameCountMax = arguments.GetValue(frames) ?? long.MaxValue,
                    IsRealTime = arguments.GetValue(realtime),
                    WatchdogMs = arguments.GetValue(watchdog),
                },
            }.Run(context);
            return 0;
        });
        return command;
    }

    private static ICamera OpenCamera(CommandContext context, string source, bool loops, string? recordPath)
    {
        ICamera camera = CameraSources.Open(source, loops, new CameraWishes { Log = context.Error });
        try
        {
            return recordPath is null ? camera : new RecordingCamera(camera, recordPath, context.Error);
        }
        catch
        {
            camera.Dispose();
            throw;
        }
    }
}
