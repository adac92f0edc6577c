using System.Text;
using Barrel.Boards;
using Barrel.Compiler.Commands;

namespace Barrel.Compiler.Flashing;

/// <summary>Publishes, copies and installs, or says how it would.</summary>
internal sealed class FlashSteps(Board board, FlashTarget target, Streams streams)
{
    private const string Published = "published";

    /// <summary>The model that takes over on the board; null for the board's own.</summary>
    public string? ModelPath { get; init; }

    /// <summary>The configuration that takes over; null for the board's own.</summary>
    public string? ConfigPath { get; init; }

    /// <summary>A program that is published already, or null.</summary>
    public string? ProgramPath { get; init; }

    public void Run()
    {
        string folder = Directory.CreateTempSubdirectory("barrel-flash-").FullName;
        try
        {
            // What is wrong here is found before the board is asked, and what is wrong with the board before the long work.
            byte[] model = FlashPackage.ReadModel(ModelPath ?? HostPublisher.BuiltInModel(), board);
            byte[] config = ConfigPath is null ? Encoding.UTF8.GetBytes(FlashPackage.FirstConfig(board)) : FlashPackage.ReadConfig(ConfigPath);
            byte[]? program = ProgramPath is null ? null : FlashPackage.ReadProgram(ProgramPath);
            Say($"{target.Host}: what it is");
            string there = target.Prepare();
            try
            {
                program ??= Publish(folder);
                Fill(folder, program, model, config);
                Say($"{target.Host}: copying {program.Length + model.Length} bytes");
                target.Copy(folder, there);
            }
            catch
            {
                target.Remove(there);
                throw;
            }

            string id = FlashPackage.IdOf(program);
            Say($"{target.Host}: installing, and waiting for its first decision");
            target.Install(there, id, ModelPath is not null, ConfigPath is not null);
            streams.Out.WriteLine($"{board.Name} at {target.Host} runs version {id} ({program.Length} bytes) as barrel-host.service; 'ssh {target.Host} barrel-host status' asks how it is");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    public void RollBack()
    {
        target.RollBack();
        streams.Out.WriteLine($"{board.Name} at {target.Host} runs the version before");
    }

    /// <summary>Each step with its command, and the script that runs on the board.</summary>
    public void Print()
    {
        const string folder = "FOLDER";
        int step = 0;
        Step("ask the board what it is, and make a folder there", target.AskCommand);
        if (ProgramPath is null)
            Step("publish the program", HostPublisher.Command($"{folder}/{Published}"));
        else
            Step($"take {ProgramPath}");
        Step($"put it into a folder with {FlashPackage.Unit}, {FlashPackage.Script}, {ModelPath ?? "the built-in network"} as {FlashPackage.Model}, "
            + $"{ConfigPath ?? "a first configuration"} as {FlashPackage.Config}");
        Step("copy all of it", target.CopyCommand(folder, FlashTarget.FolderName));
        Step("install it", target.InstallCommand(FlashTarget.FolderName, "ID", ModelPath is not null, ConfigPath is not null));
        Text(FlashPackage.Script, FlashPackage.Carried(FlashPackage.Script));
        Text(FlashPackage.Unit, FlashPackage.Carried(FlashPackage.Unit));
        if (ConfigPath is null)
            Text(FlashPackage.Config, FlashPackage.FirstConfig(board));

        void Step(string what, string[]? command = null)
        {
            streams.Out.WriteLine($"{++step}. {what}");
            if (command is not null)
                streams.Out.WriteLine("   " + Tool.Quoted(command));
        }

        void Text(string name, string text)
        {
            streams.Out.WriteLine($"\n{name}:");
            foreach (string line in text.TrimEnd().Split('\n'))
                streams.Out.WriteLine(line.Length > 0 ? "    " + line : "");
        }
    }

    public void PrintRollBack() => streams.Out.WriteLine($"1. go back to the version before\n   {Tool.Quoted(target.RollBackCommand)}");

    private byte[] Publish(string folder)
    {
        Say("publishing barrel-host for linux-arm64");
        return FlashPackage.ReadProgram(HostPublisher.Publish(Path.Combine(folder, Published)));
    }

    /// <summary>Writes the files that are copied.</summary>
    private static void Fill(string folder, byte[] program, byte[] model, byte[] config)
    {
        File.WriteAllBytes(Path.Combine(folder, FlashPackage.Program), program);
        File.WriteAllBytes(Path.Combine(folder, FlashPackage.Model), model);
        File.WriteAllBytes(Path.Combine(folder, FlashPackage.Config), config);
        foreach (string name in (string[])[FlashPackage.Unit, FlashPackage.Script])
            File.WriteAllText(Path.Combine(folder, name), FlashPackage.Carried(name));
    }

    private void Say(string what) => streams.Error.WriteLine(what);
}
