using Barrel.Compiler.Commands;
using Barrel.Compiler.Flashing;
using Barrel.Tests;

namespace Barrel.Compiler.Tests.Flashing;

/// <summary>barrel flash against a host that is a folder.</summary>
[TestClass]
[OSCondition(OperatingSystems.Linux)]
public sealed class FlashTests : IDisposable
{
    private const string Current = "opt/barrel/current/barrel-host";
    private const string Config = "etc/barrel/barrel.json";
    private const string Model = "var/lib/barrel/road.barrel";

    private readonly FakeHost host = new();

    public void Dispose() => host.Dispose();

    [TestMethod]
    public void A_dry_run_prints_each_step_and_does_none()
    {
        host.Program("ssh", "touch ROOT/asked");
        string text = host.Flash("--dry-run").AssertDone("flash --dry-run").Out;
        string[] inOrder =
        [
            "1. ask", "ssh -o BatchMode=yes", "pi@board", "mktemp -d", "2. publish", "dotnet publish", "linux-arm64", "3. put it", "4. copy", "scp -q", "pi@board:/tmp/barrel-flash.XXXXXX/",
            "5. install", "sudo -n sh /tmp/barrel-flash.XXXXXX/install.sh install ID", "install.sh:", "mv -T", "barrel-host.service:", "WatchdogSec=", "SupplementaryGroups=gpio spi video",
            "barrel.json:", "\"board\": \"raspberry-pi-5\"",
        ];
        int at = 0;
        foreach (string part in inOrder)
        {
            at = text.IndexOf(part, at, StringComparison.Ordinal);
            Assert.IsGreaterThanOrEqualTo(0, at, $"{part} in\n{text}");
        }

        Assert.IsFalse(File.Exists(host["asked"]));
        Assert.Contains("install.sh rollback", host.Flash("--rollback", "--dry-run").AssertDone("rollback").Out);
        Assert.IsFalse(File.Exists(host["asked"]));
    }

    [TestMethod]
    public void A_first_flash_installs_program_unit_model_and_options()
    {
        ChildProcess flash = Flash("one").AssertDone("flash");
        Assert.Contains("raspberry-pi-5 at pi@board runs version ", flash.Out);
        Assert.EndsWith("one\n", File.ReadAllText(host[Current]));
        Assert.Contains("\"board\": \"raspberry-pi-5\"", File.ReadAllText(host[Config]));
        CollectionAssert.AreEqual(File.ReadAllBytes(Repository.FullPath("firmware-host/Models/road.barrel")), File.ReadAllBytes(host[Model]));
        Assert.AreEqual(File.ReadAllText(Repository.FullPath("boards/barrel-host.service")), File.ReadAllText(host["etc/systemd/system/barrel-host.service"]));
        Assert.AreEqual("daemon-reload\nenable barrel-host.service\nrestart barrel-host.service\n", File.ReadAllText(host["systemctl"]));
        string accounts = File.ReadAllText(host["accounts"]);
        foreach (string group in (string[])["gpio", "spi", "video"])
            Assert.Contains($"groupadd --system {group}", accounts);
        Assert.Contains("useradd --system --user-group --no-create-home", accounts);
        AssertNothingLeftOver();
    }

    [TestMethod]
    public void A_second_flash_updates_and_a_rollback_goes_back_with_what_the_version_ran_with()
    {
        Flash("one").AssertDone("first");
        File.WriteAllText(host[Config], "{ \"of\": \"one\" }");
        File.WriteAllText(host[Model], "model of one");
        Flash("two").AssertDone("second");
        AssertRuns("two", "{ \"of\": \"one\" }", "model of one");

        string config = Path.Combine(host.Root, "mine.json");
        File.WriteAllText(config, "{ \"of\": \"three\" }");
        Flash("three", "--config", config, "--model", Repository.FullPath("firmware-host/Models/road.barrel")).AssertDone("third");
        AssertRuns("three", "{ \"of\": \"three\" }", null);
        Assert.HasCount(2, Directory.GetDirectories(host["opt/barrel/versions"]), "one, which is neither this nor the one before, is gone");

        host.Flash("--rollback").AssertDone("back");
        AssertRuns("two", "{ \"of\": \"one\" }", "model of one");
        host.Flash("--rollback").AssertDone("and forth");
        AssertRuns("three", "{ \"of\": \"three\" }", null);
        Flash("three").AssertDone("the same again");
        AssertRuns("three", "{ \"of\": \"three\" }", null);
        host.Flash("--rollback").AssertDone("it is no version of its own");
        AssertRuns("two", "{ \"of\": \"one\" }", "model of one");
        AssertNothingLeftOver();
    }

    [TestMethod]
    public void A_version_that_does_not_get_ready_gives_way_to_the_one_before()
    {
        Flash("one").AssertDone("first");
        string config = Path.Combine(host.Root, "mine.json");
        File.WriteAllText(config, "{ \"of\": \"two\" }");
        string before = File.ReadAllText(host[Config]);
        AssertError(Flash("two never-ready", "--config", config), FlashErrors.NotInstalled, "the one before it runs again", "journalctl");
        AssertRuns("one", before, null);
        AssertError(host.Flash("--rollback"), FlashErrors.NothingBefore);
        AssertRuns("one", before, null);

        Flash("three").AssertDone("third");
        AssertError(Flash("four never-ready"), FlashErrors.NotInstalled, "the one before it runs again");
        AssertRuns("three", before, null);
        host.Flash("--rollback").AssertDone("to the one before, not to the one that failed");
        AssertRuns("one", before, null);
        AssertNothingLeftOver();
    }

    /// <summary>
    /// The script is killed before each of its changes of files in turn, as by a power cut, and then what a board does at its next start: program, model and
    /// configuration are of one version. From there either the version that was there before all is installed again, or a rollback goes back.
    /// </summary>
    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void A_power_cut_leaves_a_whole_version(bool isRolledBack)
    {
        Flash("zero").AssertDone("zeroth");
        Copy("one");
        Assert.AreEqual(0, host.Script("", "install", "one", "model", "config").ExitCode);
        int cuts = 0;
        for (bool isThrough = false; !isThrough; cuts++)
        {
            string program = $"two, {cuts}";
            Copy(program);
            isThrough = host.Script(CutAt(cuts), "install", $"cut{cuts}", "model", "config").ExitCode == 0;
            Assert.AreEqual(0, host.Script("", "settle").ExitCode);
            string runs = Running();
            Assert.IsTrue(runs == program || (!isThrough && runs == "one"), $"cut {cuts}: {runs}");
            AssertIsOfOneVersion($"cut {cuts}");
            if (isRolledBack)
            {
                string before = Text("opt/barrel/previous/barrel-host");
                Assert.AreEqual(0, host.Script("", "rollback").ExitCode, $"after cut {cuts}");
                Assert.AreEqual(before, Running());
                AssertIsOfOneVersion($"rollback after cut {cuts}");
            }

            // Back to where it began.
            Copy("one");
            Assert.AreEqual(0, host.Script("", "install", "one", "model", "config").ExitCode, $"after cut {cuts}");
            Assert.AreEqual("one", Running());
            AssertIsOfOneVersion($"after cut {cuts}");
        }

        Assert.IsGreaterThan(25, cuts);
        AssertNothingLeftOver();
    }

    /// <summary>The same while a rollback is at work, and while the program that runs gets another model and configuration.</summary>
    [TestMethod]
    [DataRow("rollback")]
    [DataRow("install one model config")]
    public void A_power_cut_in_another_change_leaves_a_whole_version_too(string change)
    {
        Flash("zero").AssertDone("zeroth");
        Copy("one");
        Assert.AreEqual(0, host.Script("", "install", "one", "model", "config").ExitCode);
        int cuts = 0;
        for (bool isThrough = false; !isThrough; cuts++)
        {
            isThrough = host.Script(CutAt(cuts), change.Split(' ')).ExitCode == 0;
            Assert.AreEqual(0, host.Script("", "settle").ExitCode);
            AssertIsOfOneVersion($"cut {cuts}");
            Assert.AreEqual(0, host.Script("", "rollback").ExitCode, $"after cut {cuts}");
            AssertIsOfOneVersion($"rollback after cut {cuts}");
            if (Running() != "one")
                Assert.AreEqual(0, host.Script("", "rollback").ExitCode, $"after cut {cuts}");
            Assert.AreEqual("one", Running());
        }

        Assert.IsGreaterThan(15, cuts);
    }

    [TestMethod]
    public void What_is_wrong_is_one_line()
    {
        string program = host.BoardProgram("one");
        AssertError(host.Flash("--rollback", "--model", program), CommandErrors.InputFile, ".barrel");
        AssertError(host.Run("flash", "desktop", "--host", FakeHost.Name), FlashErrors.NotFlashed, "raspberry-pi-zero-2w");
        AssertError(host.Run("flash", "esp32", "--host", FakeHost.Name), CommandErrors.Option, "--host does not go with esp32");
        AssertError(host.Flash("--port", "COM3"), CommandErrors.Option, "--port does not go with raspberry-pi-5");
        AssertError(host.Run("flash", "raspberry-pi-5"), CommandErrors.Option, "without --host");
        AssertError(host.Run("flash", "raspberry-pi-5", "--host=-oProxyCommand=touch"), CommandErrors.Usage, "-oProxyCommand");
        AssertError(host.Run("flash", "raspberry-pi-5", "--host", "pi@-x"), CommandErrors.Option, "--host");
        AssertError(host.Flash("--program", typeof(FlashTests).Assembly.Location), FlashErrors.NotPublished, "64-bit ARM");
        Assert.IsFalse(File.Exists(host["ssh"]), "the board was asked");
        AssertError(host.Flash("--program", program, "--config", program), CommandErrors.InputFile, ".json");
        AssertError(host.Flash("--program", program, "--rollback"), CommandErrors.Option, "--rollback");
        AssertError(host.RunOn("/nowhere", "flash", "raspberry-pi-5", "--host", FakeHost.Name, "--program", program), FlashErrors.ToolMissing, "'ssh' cannot be started", "install OpenSSH");
        AssertError(host.Flash("--rollback"), FlashErrors.NothingBefore, FakeHost.Name);

        Flash("one").AssertDone("flash");
        AssertError(host.Flash("--rollback"), FlashErrors.NothingBefore);
        host.Variables = ["MSBuildSDKsPath=/nowhere"];
        AssertError(host.Flash(), FlashErrors.NotPublished, "Could not resolve SDK", "--program");
        AssertFolderIsGone();
        host.Variables = [];

        Breaks("scp", "echo 'scp: No space left on device' >&2; exit 1", FlashErrors.NotCopied, "No space left on device");
        AssertFolderIsGone();
        Breaks("uname", "echo Linux armv7l", FlashErrors.Unsuited, "'Linux armv7l'");
        host.Program("uname", "echo Linux aarch64");
        host.Program("id", "echo 1000");
        Breaks("sudo", "echo 'sudo: a password is required' >&2; exit 1", FlashErrors.Unsuited, "sudo without a password");
        Breaks("ssh", "echo 'ssh: connect to host board port 22: No route to host' >&2; exit 255", FlashErrors.Unreachable, "No route to host");
        Assert.EndsWith("one\n", File.ReadAllText(host[Current]));
    }

    /// <summary>A flash while this program does so.</summary>
    private void Breaks(string name, string script, int code, string part)
    {
        host.Program(name, script);
        AssertError(host.Flash("--program", host.BoardProgram("two")), code, part);
    }

    /// <summary>The last that the board was told is to remove the folder that the flash made there.</summary>
    private void AssertFolderIsGone()
    {
        string last = File.ReadAllLines(host["ssh"])[^1];
        Assert.StartsWith($"{FakeHost.Name}: rm -rf /tmp/barrel-flash.", last);
        Assert.IsFalse(Directory.Exists(last[last.IndexOf('/', StringComparison.Ordinal)..]), last);
    }

    /// <summary>Before a script: kills it before so many changes.</summary>
    private static string CutAt(int cuts) => $"n=0; count() {{ [ $n -lt {cuts} ] || kill -KILL $$; n=$((n + 1)); }}; "
        + string.Concat(((string[])["cp", "mv", "ln", "chmod", "mkdir", "rm"]).Select(c => $"{c}() {{ count; command {c} \"$@\"; }}; "));

    /// <summary>The next installation's files, each with its version in it.</summary>
    private void Copy(string version)
    {
        File.Copy(host.BoardProgram(version), host["copied/barrel-host"], overwrite: true);
        File.WriteAllText(host["copied/road.barrel"], version);
        File.WriteAllText(host["copied/barrel.json"], version);
        File.WriteAllText(host["copied/barrel-host.service"], version);
    }

    private string Running() => Text(Current);

    /// <summary>What a file made by <see cref="Copy"/> says.</summary>
    private string Text(string path) => File.ReadAllText(host[path]).Split('\0')[^1].TrimEnd('\n');

    private void AssertIsOfOneVersion(string when)
    {
        string version = Running();

        // That one came in the usual way.
        if (version == "zero")
        {
            Assert.Contains("raspberry-pi-5", Text(Config), when);
            Assert.Contains("ExecStart=", Text("etc/systemd/system/barrel-host.service"), when);
            CollectionAssert.AreEqual(File.ReadAllBytes(Repository.FullPath("firmware-host/Models/road.barrel")), File.ReadAllBytes(host[Model]), when);
            return;
        }

        foreach (string path in (string[])[Config, Model, "etc/systemd/system/barrel-host.service"])
            Assert.AreEqual(version, Text(path), $"{when}: {path}");
    }

    private ChildProcess Flash(string program, params string[] arguments) => host.Flash(["--program", host.BoardProgram(program), .. arguments]);

    private void AssertRuns(string program, string config, string? model)
    {
        Assert.EndsWith($"{program}\n", File.ReadAllText(host[Current]));
        Assert.AreEqual(config, File.ReadAllText(host[Config]));
        if (model is null)
            CollectionAssert.AreEqual(File.ReadAllBytes(Repository.FullPath("firmware-host/Models/road.barrel")), File.ReadAllBytes(host[Model]));
        else
            Assert.AreEqual(model, File.ReadAllText(host[Model]));
    }

    private void AssertNothingLeftOver()
    {
        string[] left = [.. Directory.GetFileSystemEntries(host.Root, "*", SearchOption.AllDirectories).Where(f => f.EndsWith(".new", StringComparison.Ordinal) || f.EndsWith(".part", StringComparison.Ordinal))];
        Assert.HasCount(0, left, string.Join('\n', left));
    }

    private static void AssertError(ChildProcess process, int code, params string[] parts)
    {
        // What goes on is told in lines before it.
        string last = process.Error.TrimEnd().Split('\n')[^1];
        Assert.AreEqual(2, process.ExitCode, process.Error);
        Assert.StartsWith($"error BRL{code}: ", last);
        foreach (string part in parts)
            Assert.Contains(part, last);
    }
}
