using Barrel.Runtime;

namespace Barrel.Compiler.Flashing;

/// <summary>A board on the network, reached by the machine's own ssh and scp, with whatever keys and settings the user has for them.</summary>
/// <param name="Host">[USER@]NAME.</param>
/// <param name="IsInteractive">Whether somebody is there to type a password.</param>
internal sealed record FlashTarget(string Host, bool IsInteractive)
{
    private const string Folder = "/tmp/barrel-flash.";
    private const string FolderPattern = Folder + "XXXXXX";
    private const int SshFailed = 255;
    private const int NothingBefore = 3;
    private const string Where = "install OpenSSH's client (apt install openssh-client)";

    // Says what it is and makes a folder for the files. Each line stands for something that must be so.
    private const string Question = "uname -sm; command -v systemctl >/dev/null && echo systemd; { [ \"$(id -u)\" = 0 ] || sudo -n true 2>/dev/null; } && echo root; "
        + "mktemp -d " + FolderPattern;

    private const string Installed = "/opt/barrel/current/" + FlashPackage.Script;

    private string[] Options => [.. IsInteractive ? (string[])[] : ["-o", "BatchMode=yes"], "-o", "ConnectTimeout=10", "-o", "ServerAliveInterval=15"];

    /// <summary>The commands that <see cref="Prepare"/>, <see cref="Copy"/> and <see cref="Install"/> run, or <see cref="RollBack"/> alone.</summary>
    public string[] AskCommand => Ssh(Question);

    public string[] RollBackCommand => Ssh($"[ -e {Installed} ] || exit {NothingBefore}; {AsRoot($"sh {Installed} rollback")}");

    public string[] CopyCommand(string from, string to) => ["scp", "-q", .. Options, .. FlashPackage.Files.Select(f => Path.Combine(from, f)), $"{Host}:{to}/"];

    public string[] InstallCommand(string folder, string id, bool hasModel, bool hasConfig) =>
        Ssh($"{AsRoot($"sh {folder}/{FlashPackage.Script} install {id}{(hasModel ? " model" : "")}{(hasConfig ? " config" : "")}")}; code=$?; rm -rf {folder}; exit $code");

    /// <summary>Stands for the folder in what a dry run prints.</summary>
    public static string FolderName => FolderPattern;

    /// <returns>A new folder on the board.</returns>
    /// <exception cref="BarrelException">BRL1502, BRL1504 or BRL1505.</exception>
    public string Prepare()
    {
        Tool tool = Tool.Run(AskCommand, Where);
        CheckReached(tool);
        string[] lines = [.. tool.Out.Split('\n').Select(l => l.Trim())];
        if (!lines.Contains("Linux aarch64"))
            throw Unsuited($"it is '{lines[0]}', not 'Linux aarch64': put the 64-bit Raspberry Pi OS on it");
        if (!lines.Contains("systemd"))
            throw Unsuited("it has no systemd; Raspberry Pi OS and Debian have");
        if (!lines.Contains("root"))
            throw Unsuited("the user may not run sudo without a password; on the board: sudo usermod -a -G sudo NAME, and NOPASSWD for it in /etc/sudoers.d");
        string? folder = lines.FirstOrDefault(l => l.Length == FolderPattern.Length && l.StartsWith(Folder, StringComparison.Ordinal) && l[Folder.Length..].All(char.IsAsciiLetterOrDigit));
        return folder ?? throw Unsuited($"no folder can be made in its /tmp: {tool.Error}");
    }

    /// <exception cref="BarrelException">BRL1502 or BRL1506.</exception>
    public void Copy(string from, string to)
    {
        Tool tool = Tool.Run(CopyCommand(from, to), Where);
        if (tool.ExitCode != 0)
            throw new BarrelException(FlashErrors.NotCopied, $"{Host}: the files cannot be copied: {tool.Error}; what ran there runs on");
    }

    /// <exception cref="BarrelException">BRL1504 or BRL1507.</exception>
    public void Install(string folder, string id, bool hasModel, bool hasConfig)
    {
        Tool tool = Tool.Run(InstallCommand(folder, id, hasModel, hasConfig), Where);
        CheckReached(tool);
        if (tool.ExitCode != 0)
            throw new BarrelException(FlashErrors.NotInstalled, $"{Host}: {tool.Error}");
    }

    /// <summary>Leaves nothing of <see cref="Prepare"/> on the board; where the board is gone, it stays until the board starts anew.</summary>
    public void Remove(string folder) => Tool.Run(Ssh($"rm -rf {folder}"), Where);

    /// <exception cref="BarrelException">BRL1502, BRL1504, BRL1507 or BRL1508.</exception>
    public void RollBack()
    {
        Tool tool = Tool.Run(RollBackCommand, Where);
        CheckReached(tool);
        if (tool.ExitCode is NothingBefore)
            throw new BarrelException(FlashErrors.NothingBefore, $"{Host}: there is no version before the one that runs; flash one");
        if (tool.ExitCode != 0)
            throw new BarrelException(FlashErrors.NotInstalled, $"{Host}: {tool.Error}");
    }

    private static string AsRoot(string command) => $"if [ \"$(id -u)\" = 0 ]; then {command}; else sudo -n {command}; fi";

    private string[] Ssh(string command) => ["ssh", .. Options, Host, command];

    private void CheckReached(Tool tool)
    {
        if (tool.ExitCode == SshFailed)
            throw new BarrelException(FlashErrors.Unreachable, $"{Host} cannot be reached: {tool.Error}; 'ssh {Host}' must get in, with a key");
    }

    private BarrelException Unsuited(string why) => new(FlashErrors.Unsuited, $"{Host}: {why}");
}
