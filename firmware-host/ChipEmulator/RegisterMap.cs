using Barrel.Boards;

namespace Barrel.ChipEmulator;

/// <summary>What lies at an address; the names are the document's without their underscores.</summary>
internal enum Place
{
    Id,
    Protocol,
    Kind,
    SerialHigh,
    SerialLow,
    SegmentsHigh,
    SegmentsLow,
    SegmentPes,
    InputWords,
    MarginBits,
    Status,
    Control,
    Scratch,
    CheckErrors,
    FrameErrors,
    Evaluations,
    Input,
    Output,
    Margin,
    Config,
    Weights,
}

/// <summary>Adjacent words of one meaning.</summary>
/// <param name="First">Address of its first word.</param>
/// <param name="Words">How many.</param>
internal readonly record struct Area(Place Place, long First, int Words, bool IsWritable);

/// <summary>The areas of a chip of a certain geometry.</summary>
internal sealed class RegisterMap
{
    private readonly Area[] areas;

    public RegisterMap(LinkDocument document, BoardChip chip)
    {
        Dictionary<string, int> counts = new(StringComparer.OrdinalIgnoreCase)
        {
            ["INPUT_WORDS"] = chip.InputBits / 16,
            ["segments"] = chip.Segments,
            ["SEGMENT_PES"] = chip.SegmentPes,
        };
        List<Area> found = [];
        foreach (string[] row in document.Table("address", "name", "access", "meaning"))
            found.Add(new Area(PlaceOf(row[1]), LinkDocument.Number(row[0], 16), 1, IsWritable(row[2])));
        foreach (string[] row in document.Table("first address", "name", "access", "words", "meaning"))
            found.Add(new Area(PlaceOf(row[1]), LinkDocument.Number(row[0], 16), Words(row[3], counts), IsWritable(row[2])));
        foreach (Place place in Enum.GetValues<Place>())
        {
            if (found.Count(a => a.Place == place) != 1)
                throw LinkDocument.Missing($"the one register {place}, with underscores between its words");
        }

        if (chip.MarginBits == 0)
            found.RemoveAll(a => a.Place == Place.Margin);
        found.Sort((a, b) => a.First.CompareTo(b.First));
        areas = [.. found];
        for (int i = 1; i < areas.Length; i++)
        {
            if (areas[i - 1].First + areas[i - 1].Words > areas[i].First)
                throw new InvalidDataException($"{areas[i - 1].Place} runs into {areas[i].Place} in a chip of {chip.Segments} segments");
        }
    }

    /// <summary>The area with the word at an address, or null.</summary>
    public Area? Find(long address)
    {
        foreach (Area area in areas)
        {
            if (address >= area.First && address < area.First + area.Words)
                return area;
        }

        return null;
    }

    private static Place PlaceOf(string name) =>
        Enum.TryParse(name.Replace("_", "", StringComparison.Ordinal), ignoreCase: true, out Place place)
            ? place
            : throw new InvalidDataException($"the document names a register {name} that the emulator does not have");

    private static bool IsWritable(string access) => access switch
    {
        "r" => false,
        "rw" => true,
        _ => throw new InvalidDataException($"the access of a register is r or rw, not '{access}'"),
    };

    /// <summary>Reads "segments · SEGMENT_PES / 16": products of counts over a number, rounded up.</summary>
    private static int Words(string cell, Dictionary<string, int> counts)
    {
        string[] parts = cell.Split('/', StringSplitOptions.TrimEntries);
        long product = 1;
        foreach (string factor in parts[0].Split('·', StringSplitOptions.TrimEntries))
            product *= counts.TryGetValue(factor, out int count) ? count : throw LinkDocument.Missing($"a meaning for '{factor}' of the words '{cell}'");
        long divisor = parts.Length > 1 ? LinkDocument.Number(parts[1], 10) : 1;
        return checked((int)((product + divisor - 1) / divisor));
    }
}
