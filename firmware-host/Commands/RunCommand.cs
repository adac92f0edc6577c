using Barrel.Host.Cameras;
using Barrel.Host.Chip;
using Barrel.Host.CommandLine;
using Barrel.Host.Pins;
using Barrel.Host.Service;
using Barrel.Runtime;

namespace Barrel.Host.Commands;

/// <summary><c>barrel-host run</c>: the frame loop, at a desk or as a service.</summary>
internal static class RunCommand
{
    private const string Description =
        "find the road in frames and show decisions on pins. Every option but --config can stand in its file too: {\"model\": …, \"camera\": …, "
        + "\"statusSocket\": …}, keys in camelCase, the command line wins. SIGHUP, or another model or configuration in place of the old one, is "
        + "taken over while it runs. Exit code 0: stopped or at the end; 1: something failed, try again; 2: bad input, do not try again.";

    public static Command Create(CommandContext context)
    {
        Option<string?> config = new("--config") { Description = "read options from this JSON file; model and camera must stand here or there" };
        Option<string?> model = new("--model") { Description = "the compiled network, a .barrel file" };
        Option<string?> camera = new("--camera") { Description = CameraSources.Help };
        Option<string?> board = new("--board") { Description = "a board's name or its .json file [default: desktop]" };
        Option<string?> pins = new("--pins") { Description = $"{PinAccess.Simulated} or {PinAccess.Gpio} [default: {PinAccess.Simulated}]" };
        Option<long?> frames = new("--frames") { Description = "stop after so many frames" };
        Option<string?> overlay = new("--overlay") { Description = "write a PNG a frame into this directory" };
        Option<string?> record = new("--record") { Description = "write the frames into this .y4m file, to be played again to the same decisions: --camera y4m:FILE" };
        Option<bool?> realtime = new("--realtime") { Description = "play a file or scene at its own speed and drop frames that come too late" };
        Option<bool?> loops = new("--loop") { Description = "begin again at the end of a directory" };
        Option<int?> watchdog = new("--watchdog") { Description = $"milliseconds without a decision until the pins are made safe [default: {PinWatchdog.DefaultMs}]" };
        Option<int?> threads = new("--threads") { Description = "threads that share an inference; the decisions are the same with any number [default: 1]" };
        Option<string?> link = new("--link") { Description = "run the layers that were placed on a TDNN chip there: " + ChipLinks.Help };
        Option<string?> emulate = new("--emulate") { Description = Emulation.Help };
        Option<bool?> json = new("--json") { Description = "print one JSON object" };
        Option<string?> statusSocket = new("--status-socket")
        {
            Description = "answer 'barrel-host status' at this Unix socket [default: barrel.sock in $RUNTIME_DIRECTORY, where that is set]",
        };
        WholeNumber.InRange(frames, 1, long.MaxValue);
        WholeNumber.InRange(threads, 1, Executors.ThreadsMax);
        WholeNumber.InRange(watchdog, RunConfigKeys.WatchdogMsMin, RunConfigKeys.WatchdogMsMax);

        Command command = new("run", Description)
        {
            config, model, camera, board, pins, frames, overlay, record, realtime, loops, watchdog, threads, link, emulate, json, statusSocket,
        };
        command.SetAction(arguments =>
        {
            RunConfig given = new()
            {
                Model = arguments.GetValue(model),
                Camera = arguments.GetValue(camera),
                Board = arguments.GetValue(board),
                Pins = arguments.GetValue(pins),
                Frames = arguments.GetValue(frames),
                Overlay = arguments.GetValue(overlay),
                Record = arguments.GetValue(record),
                Realtime = arguments.GetValue(realtime),
                Loop = arguments.GetValue(loops),
                Watchdog = arguments.GetValue(watchdog),
                Threads = arguments.GetValue(threads),
                Link = arguments.GetValue(link),
                Emulate = arguments.GetValue(emulate),
                Json = arguments.GetValue(json),
                StatusSocket = arguments.GetValue(statusSocket),
            };
            Run(context, new RunSource(given, arguments.GetValue(config)));
            return 0;
        });
        return command;
    }

    private static void Run(CommandContext context, RunSource source)
    {
        FileStamps stamps = new();
        RunConfig config = source.Load(stamps);
        if (config is { Record: not null, Realtime: true })
        {
            // What is recorded must be decided again when it is played, so no frame may be dropped.
            throw new BarrelException(HostErrors.Usage, "record does not go with realtime, which drops frames; leave one of them out");
        }

        using ICamera camera = OpenCamera(context, config.Camera!, config.Loop == true, config.Record);
        new RoadJob
        {
            Camera = camera,
            Config = config,
            Source = source,
            Stamps = stamps,
        }.Run(context);
    }

    private static ICamera OpenCamera(CommandContext context, string source, bool loops, string? recordPath)
    {
        ICamera camera = OpenSource(context, source, loops);
        try
        {
            return recordPath is null ? camera : new RecordingCamera(camera, recordPath, context.Log);
        }
        catch
        {
            camera.Dispose();
            throw;
        }
    }

    // A camera that is not there, or that another program still has, may be there at the next try.
    private static ICamera OpenSource(CommandContext context, string source, bool loops)
    {
        try
        {
            return CameraSources.Open(source, loops, new CameraWishes { Log = context.Log });
        }
        catch (BarrelException e) when (e.Code is HostErrors.CameraMissing or HostErrors.CameraBusy or HostErrors.CameraGone
            or HostErrors.CameraFailed or HostErrors.CameraStalled)
        {
            throw new HostFailureException(e);
        }
    }
}
