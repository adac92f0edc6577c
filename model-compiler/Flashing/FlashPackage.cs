using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Barrel.Boards;
using Barrel.Compiler.Commands;
using Barrel.Compiler.Networks;
using Barrel.Runtime;

namespace Barrel.Compiler.Flashing;

/// <summary>What goes to a board: the files that <c>install.sh</c> expects beside it.</summary>
internal static class FlashPackage
{
    public const string Program = "barrel-host";
    public const string Model = "road.barrel";
    public const string Config = "barrel.json";
    public const string Unit = "barrel-host.service";
    public const string Script = "install.sh";

    /// <summary>In the order in which they are copied.</summary>
    public static readonly string[] Files = [Program, Unit, Script, Model, Config];

    // ELF for 64-bit little-endian ARM: magic, class, byte order; the machine stands at 18.
    private const int MachinePlace = 18;
    private const ushort MachineArm64 = 183;

    /// <summary>Text of a file that this program carries.</summary>
    public static string Carried(string name)
    {
        using StreamReader reader = new(typeof(FlashPackage).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }

    /// <summary>The configuration of a board that has none yet.</summary>
    public static string FirstConfig(Board board) => $$"""
        {
          "model": "/var/lib/barrel/{{Model}}",
          "camera": "rpicam:640x480",
          "board": "{{board.Name}}",
          "pins": "gpio"
        }

        """;

    /// <summary>A model that the board can run.</summary>
    /// <exception cref="BarrelException">It is no blob, or asks for more memory than the board gives.</exception>
    public static byte[] ReadModel(string path, Board board)
    {
        Runtime.Model model = BlobNetwork.Load(path);
        return model.ArenaBytes <= board.ArenaBytesMax
            ? model.Blob
            : throw new BarrelException(FlashErrors.Unsuited, $"{path} asks for an arena of {model.ArenaBytes} bytes; {board.Name} has {board.ArenaBytesMax}");
    }

    /// <summary>A configuration; the service itself checks its keys.</summary>
    /// <exception cref="BarrelException">It is not one JSON object.</exception>
    public static byte[] ReadConfig(string path)
    {
        byte[] json = File.ReadAllBytes(path);
        try
        {
            using JsonDocument document = JsonDocument.Parse(json, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            if (document.RootElement.ValueKind == JsonValueKind.Object)
                return json;
        }
        catch (JsonException)
        {
            // Told below.
        }

        throw new BarrelException(CommandErrors.InputFile, $"{path}: a configuration is one JSON object");
    }

    /// <exception cref="BarrelException">BRL1503: it is for another processor, or no program.</exception>
    public static byte[] ReadProgram(string path)
    {
        byte[] program = File.ReadAllBytes(path);
        bool isArm64 = program.Length > MachinePlace + 1 && program.AsSpan().StartsWith("\u007fELF\u0002\u0001"u8)
            && BitConverter.ToUInt16(program, MachinePlace) == MachineArm64;
        return isArm64 ? program : throw new BarrelException(FlashErrors.NotPublished, $"{path}: no program for 64-bit ARM Linux; publish with -r linux-arm64");
    }

    /// <summary>Names a version by its program and its unit: the same twice is one version.</summary>
    public static string IdOf(ReadOnlySpan<byte> program)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(program);
        hash.AppendData(Encoding.UTF8.GetBytes(Carried(Unit) + Carried(Script)));
        return Convert.ToHexStringLower(hash.GetHashAndReset())[..12];
    }
}
