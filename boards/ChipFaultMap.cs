using System.Text.Json;

namespace Barrel.Boards;

/// <summary>
/// The processing elements (PEs) of one chip that do not work, a JSON file: <c>barrel-host chip diagnose</c> finds them, <c>barrel compile --faults</c> places a
/// network around them.
/// </summary>
public sealed class ChipFaultMap
{
    private static readonly JsonFile<ChipFaultMap> File = new(
        "fault map", BoardErrors.UnreadableFaultMap, BoardErrors.InvalidFaultMap, 64 * 1024 * 1024, Read);

    /// <summary>Name of the board whose chip it is.</summary>
    public required string Board { get; init; }

    /// <summary>Serial number of the chip, 0 to 2^32 − 1.</summary>
    public required long Serial { get; init; }

    /// <summary>Segments of the chip, 1 to 65,536.</summary>
    public required int Segments { get; init; }

    /// <summary>PEs of a segment, a multiple of 16, 16 to 64.</summary>
    public required int SegmentPes { get; init; }

    /// <summary>Each PE at most once; may be empty.</summary>
    public required ChipFault[] Faults { get; init; }

    /// <summary>Reads a file.</summary>
    /// <exception cref="BoardException">BRL4005 to BRL4007.</exception>
    public static ChipFaultMap Load(string path) => Parse(File.Read(path), path);

    /// <summary>Reads a map from JSON in UTF-8.</summary>
    /// <param name="json">The whole file.</param>
    /// <param name="source">Name of the file, for messages.</param>
    /// <exception cref="BoardException">BRL4006 or BRL4007.</exception>
    public static ChipFaultMap Parse(ReadOnlyMemory<byte> json, string source)
    {
        ChipFaultMap map = File.Parse(json, source);
        map.Check(source);
        return map;
    }

    /// <summary>Writes the file: complete, or not at all.</summary>
    /// <exception cref="BoardException">BRL4007, BRL4009.</exception>
    public void Save(string path)
    {
        Check(path);
        try
        {
            WholeFile.Write(path, stream =>
            {
                Write(stream);
                stream.WriteByte((byte)'\n');
            });
        }
        catch (Exception e) when (WholeFile.IsFailure(e))
        {
            throw new BoardException(BoardErrors.UnwritableFaultMap, $"fault map '{path}' cannot be written: {e.Message.TrimEnd('.')}", e);
        }
    }

    /// <summary>Whether it is a map of the board's chip.</summary>
    /// <param name="board">A board with a chip.</param>
    /// <param name="source">Name of the file, for messages.</param>
    /// <exception cref="BoardException">BRL4008.</exception>
    public void CheckFits(Board board, string source)
    {
        ArgumentNullException.ThrowIfNull(board);
        if (board.Chip is not { } chip)
            throw new BoardException(BoardErrors.OtherFaultMap, $"fault map '{source}' is of a chip of board '{Board}', and board '{board.Name}' has none");
        if (Board != board.Name || Segments != chip.Segments || SegmentPes != chip.SegmentPes)
        {
            throw new BoardException(
                BoardErrors.OtherFaultMap,
                $"fault map '{source}' is of a chip of board '{Board}', {Segments} segments of {SegmentPes} PEs; board '{board.Name}' has {chip.Segments} of {chip.SegmentPes}");
        }
    }

    private static ChipFaultMap Read(StrictJson json) => new()
    {
        Board = json.Text("board"),
        Serial = json.Long("serial"),
        Segments = json.Int("segments"),
        SegmentPes = json.Int("segmentPes"),
        Faults = json.Objects("faults", fault => new ChipFault
        {
            Segment = fault.Int("segment"),
            Pe = fault.Int("pe"),
            Kind = fault.Text("kind"),
            Strength = fault.DoubleOrNull("strength"),
        }),
    };

    private void Write(Stream stream)
    {
        using Utf8JsonWriter json = new(stream, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteString("board", Board);
        json.WriteNumber("serial", Serial);
        json.WriteNumber("segments", Segments);
        json.WriteNumber("segmentPes", SegmentPes);
        json.WriteStartArray("faults");
        foreach (ChipFault fault in Faults)
        {
            json.WriteStartObject();
            json.WriteNumber("segment", fault.Segment);
            json.WriteNumber("pe", fault.Pe);
            json.WriteString("kind", fault.Kind);
            if (fault.Strength is { } strength)
                json.WriteNumber("strength", strength);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private void Check(string source)
    {
        if (Board.Length == 0 || Board.Any(c => !char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '-'))
            throw Wrong(source, "board", $"'{Board}'", "lower-case letters, digits and hyphens");
        InRange(source, "serial", Serial, 0, uint.MaxValue);
        InRange(source, "segments", Segments, 1, 1 << 16);
        InRange(source, "segmentPes", SegmentPes, 16, 64);
        if (SegmentPes % 16 != 0)
            throw Wrong(source, "segmentPes", $"{SegmentPes}", "a multiple of 16");
        HashSet<(int Segment, int Pe)> seen = [];
        for (int i = 0; i < Faults.Length; i++)
        {
            ChipFault fault = Faults[i];
            InRange(source, $"faults[{i}].segment", fault.Segment, 0, Segments - 1);
            InRange(source, $"faults[{i}].pe", fault.Pe, 0, SegmentPes - 1);
            if (fault.Kind is not (ChipFault.StuckPlus or ChipFault.StuckMinus or ChipFault.Dead or ChipFault.Weak))
                throw Wrong(source, $"faults[{i}].kind", $"'{fault.Kind}'", "stuckPlus, stuckMinus, dead or weak");
            if (fault.Strength is double strength && !(strength is >= 0 and <= 1e6))
                throw Wrong(source, $"faults[{i}].strength", FormattableString.Invariant($"{strength}"), "0 to 1e6");
            if (!seen.Add((fault.Segment, fault.Pe)))
                throw Wrong(source, $"faults[{i}]", $"PE {fault.Pe} of segment {fault.Segment} once more", "each PE at most once");
        }
    }

    private static void InRange(string source, string key, long value, long min, long max)
    {
        if (value < min || value > max)
            throw Wrong(source, key, $"{value}", $"{min} to {max}");
    }

    private static BoardException Wrong(string source, string key, string value, string right) =>
        new(BoardErrors.InvalidFaultMapValue, $"fault map '{source}': {key} is {value}; it is {right}");
}

/// <summary>One PE that does not work.</summary>
public sealed class ChipFault
{
    /// <summary>Its weight is +1 whatever is written.</summary>
    public const string StuckPlus = "stuckPlus";

    /// <summary>Its weight is −1 whatever is written.</summary>
    public const string StuckMinus = "stuckMinus";

    /// <summary>It delays no rail.</summary>
    public const string Dead = "dead";

    /// <summary>Its delay step is another than that of a good one.</summary>
    public const string Weak = "weak";

    /// <summary>From 0.</summary>
    public required int Segment { get; init; }

    /// <summary>Within the segment, from 0.</summary>
    public required int Pe { get; init; }

    /// <summary>One of the constants.</summary>
    public required string Kind { get; init; }

    /// <summary>Its delay step, 1 being a good one's; null where it was not measured.</summary>
    public double? Strength { get; init; }
}
