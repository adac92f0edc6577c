using Barrel.Tests;

namespace Barrel.Arm64.Tests;

/// <summary>Programs of this repository, published for 64-bit Raspberry Pi OS and run under qemu's emulation of its processors.</summary>
internal static class EmulatedArm64
{
    /// <summary>
    /// Of the Raspberry Pi Zero 2 W and 3 (armv8.0: no dot products, no newer atomics), and of the Raspberry Pi 5.
    /// </summary>
    public static readonly string[] Processors = ["cortex-a53", "cortex-a76"];

    private const string Emulator = "qemu-aarch64";
    private const string Libraries = "/usr/aarch64-linux-gnu";
    private static readonly string[] Tools = [Emulator, "aarch64-linux-gnu-gcc", "aarch64-linux-gnu-objcopy"];

    /// <summary>The test is skipped where the machine cannot cross-publish or emulate.</summary>
    public static void Require()
    {
        string[] missing = [.. Tools.Where(t => !ChildProcess.IsInstalled(t))];
        if (missing.Length > 0 || !Directory.Exists(Libraries))
            Assert.Inconclusive(
                $"needs {string.Join(", ", missing.DefaultIfEmpty(Libraries))}: apt install qemu-user gcc-aarch64-linux-gnu libc6-dev-arm64-cross");
    }

    /// <summary>
    /// Publishes a project. What is built on the way goes to a place of its own, because the build that runs this test may still be
    /// at work in the usual one.
    /// </summary>
    /// <param name="project">Its path in the repository.</param>
    /// <param name="program">The program's file name.</param>
    /// <returns>The program's path.</returns>
    public static string Publish(string project, string program)
    {
        string place = Path.Combine(AppContext.BaseDirectory, "linux-arm64", program);
        string output = Path.Combine(place, "published");
        ChildProcess.Run(
            "dotnet",
            ["publish", Repository.FullPath(project), "-c", "Release", "-r", "linux-arm64", "--artifacts-path", place, "-o", output, "-nodeReuse:false", "--disable-build-servers"],
            Repository.Root,
            secondsMax: 600).AssertDone("dotnet publish " + project);
        return Path.Combine(output, program);
    }

    public static ChildProcess Run(string processor, string program, params string[] arguments) =>
        ChildProcess.Run(Emulator, ["-cpu", processor, "-L", Libraries, program, .. arguments], Path.GetTempPath(), secondsMax: 300);
}
