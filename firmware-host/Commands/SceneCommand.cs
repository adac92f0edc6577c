using Barrel.Host.Cameras;
using Barrel.Host.CommandLine;

namespace Barrel.Host.Commands;

/// <summary><c>barrel-host scene</c>: writes a clip of the scene generator; the demo's is the default.</summary>
internal static class SceneCommand
{
    public static Command Create(CommandContext context)
    {
        Option<int> seed = new("--seed") { Description = "which street", DefaultValue = () => DemoFiles.ClipSeed };
        Option<string> size = new("--size") { Description = "WIDTHxHEIGHT", DefaultValue = () => $"{DemoFiles.ClipWidth}x{DemoFiles.ClipHeight}" };
        Option<int> rate = new("--fps") { Description = "frames a second", DefaultValue = () => DemoFiles.ClipFramesPerSecond };
        Option<int> frames = new("--frames") { Description = "how many", DefaultValue = () => DemoFiles.ClipFrameCount };
        WholeNumber.InRange(seed, int.MinValue, int.MaxValue);
        WholeNumber.InRange(rate, 1, 1000);
        WholeNumber.InRange(frames, 1, 1_000_000);
        Option<string> output = new("--output", "-o") { Description = "a .y4m file", Required = true };
        Command command = new("scene", "write a clip of the scene generator") { seed, size, rate, frames, output };
        command.IsHidden = true;
        command.SetAction(arguments =>
        {
            string path = arguments.GetRequiredValue(output);
            string address = $"{arguments.GetValue(seed)}:{arguments.GetValue(size)}:{arguments.GetValue(rate)}";
            using SceneCamera camera = SceneCamera.Parse(address);
            ResultFile.Write(path, file => Write(camera, file, arguments.GetValue(rate), arguments.GetValue(frames)));
            context.Output.WriteLine($"{path}: {new FileInfo(path).Length} bytes");
            return 0;
        });
        return command;
    }

    /// <summary>Renders so many frames into a YUV4MPEG2 stream.</summary>
    public static void Write(SceneCamera camera, Stream stream, int framesPerSecond, int frameCount)
    {
        CameraFrame frame = new();
        Y4mWriter? writer = null;
        for (int i = 0; i < frameCount && camera.Read(frame); i++)
        {
            writer ??= new Y4mWriter(stream, frame.Width, frame.Height, framesPerSecond);
            writer.Write(frame.Rgb);
        }
    }
}
