using Barrel.Tests;

namespace Barrel.Compiler.Tests.Flashing;

/// <summary>
/// A board on the network as ssh and scp show it: programs of those names, first on the path, that run commands here, below a folder that stands for the
/// board's root. Like on a board, the service gets ready or not when systemd starts it.
/// </summary>
internal sealed class FakeHost : IDisposable
{
    public const string Name = "pi@board";

    private readonly string folder = Directory.CreateTempSubdirectory("barrel-fake-host-").FullName;

    public FakeHost()
    {
        Directory.CreateDirectory(Root);
        Directory.CreateDirectory(Path.Combine(folder, "bin"));

        // Options come in pairs, or alone as -q; then host and command.
        Program("ssh", """while [ "${1#-}" != "$1" ]; do [ "$1" = -q ] || shift; shift; done; echo "$1: $2" >>ROOT/ssh; exec sh -c "$(echo "$2" | sed 's#/opt/barrel#ROOT/opt/barrel#g')" """);
        Program("scp", """
            while [ "${1#-}" != "$1" ]; do [ "$1" = -q ] || shift; shift; done
            for last; do :; done
            while [ $# -gt 1 ]; do cp "$1" "${last#*:}"; cp "$1" ROOT/copied; shift; done
            """);
        Program("sudo", "shift; exec \"$@\"");
        Program("uname", "echo Linux aarch64");
        Program("getent", "exit 2");
        foreach (string name in (string[])["groupadd", "useradd", "usermod"])
            Program(name, $"echo {name} \"$@\" >>ROOT/accounts");
        Program("chown", "");
        Program("systemctl", """echo "$@" >>ROOT/systemctl; [ "$1" != restart ] || ! grep -q never-ready ROOT/opt/barrel/current/barrel-host""");
        Directory.CreateDirectory(Path.Combine(Root, "copied"));
    }

    /// <summary>Stands for the board's root.</summary>
    public string Root => Path.Combine(folder, "root");

    /// <summary>NAME=VALUE, further variables for what runs.</summary>
    public string[] Variables { get; set; } = [];

    /// <summary>The files as they were copied, in the order of their names.</summary>
    public string[] Copied => [.. Directory.GetFiles(Path.Combine(Root, "copied")).Order(StringComparer.Ordinal)];

    public string this[string path] => Path.Combine(Root, path);

    /// <summary>A program that the board or this machine has.</summary>
    /// <param name="script">ROOT in it is the board's root.</param>
    public void Program(string name, string script)
    {
        string path = Path.Combine(folder, "bin", name);
        File.WriteAllText(path, $"#!/bin/sh\n{script.Replace("ROOT", Root, StringComparison.Ordinal)}\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>A program for the board as far as its first bytes tell.</summary>
    public string BoardProgram(string text)
    {
        byte[] elf = [0x7F, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1, .. new byte[11], 183, 0, .. System.Text.Encoding.UTF8.GetBytes(text + "\n")];
        string path = Path.Combine(folder, "program");
        File.WriteAllBytes(path, elf);
        return path;
    }

    /// <summary>barrel flash raspberry-pi-5 with these further arguments.</summary>
    public ChildProcess Flash(params string[] arguments) => Run(["flash", "raspberry-pi-5", "--host", Name, .. arguments]);

    public ChildProcess Run(params string[] arguments) => RunOn($"{Path.Combine(folder, "bin")}:{Environment.GetEnvironmentVariable("PATH")}", arguments);

    /// <summary>The same where PATH is another.</summary>
    public ChildProcess RunOn(string path, params string[] arguments)
    {
        string barrel = Path.Combine(AppContext.BaseDirectory, "barrel.dll");
        return ChildProcess.Run("env", [$"PATH={path}", $"BARREL_ROOT={Root}", .. Variables, DotnetPath(), barrel, .. arguments], folder, secondsMax: 300);
    }

    /// <summary>The script of the last flash once more, by hand, with a shell's line before it.</summary>
    public ChildProcess Script(string before, params string[] arguments) =>
        ChildProcess.Run(
            "env",
            [$"PATH={Path.Combine(folder, "bin")}:{Environment.GetEnvironmentVariable("PATH")}", $"BARREL_ROOT={Root}", "sh", "-c", $"{before} . {Root}/copied/install.sh", $"{Root}/copied/install.sh", .. arguments],
            folder,
            secondsMax: 60);

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static string DotnetPath() =>
        Environment.GetEnvironmentVariable("PATH")!.Split(':').Select(f => Path.Combine(f, "dotnet")).First(File.Exists);
}
