using System.Text.Json;
using Barrel.Boards;
using Barrel.Runtime;

namespace Barrel.Host.Chip;

/// <summary>How often a chip's segments were programmed, kept on disk: cells endure only so many pulses, and the chip does not count them.</summary>
internal sealed class WearRecord : ChipWear
{
    private readonly string path;
    private readonly long enduranceCycles;
    private readonly uint[] cycles;

    private WearRecord(string path, long enduranceCycles, uint[] cycles)
    {
        this.path = path;
        this.enduranceCycles = enduranceCycles;
        this.cycles = cycles;
    }

    public override long CyclesMax => cycles.Max();

    /// <summary>Where a user's records lie: as systemd says, else as the XDG base directories do.</summary>
    public static string DefaultFolder
    {
        get
        {
            if (Environment.GetEnvironmentVariable("STATE_DIRECTORY") is { Length: > 0 } service)
                return service;
            string state = Environment.GetEnvironmentVariable("XDG_STATE_HOME") is { Length: > 0 } set
                ? set : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "state");
            return Path.Combine(state, "barrel");
        }
    }

    /// <summary>The record of a chip; a new one where there is none.</summary>
    /// <exception cref="BarrelException">BRL5013.</exception>
    public static WearRecord Open(string folder, ChipIdentity chip, long enduranceCycles)
    {
        string path = Path.Combine(folder, $"chip-{chip.Serial:x8}.json");
        try
        {
            Directory.CreateDirectory(folder);
            if (!File.Exists(path))
                return new WearRecord(path, enduranceCycles, new uint[chip.Segments]);
            WearFile? file = StrictJson.Read(File.ReadAllBytes(path), Read);
            if (file is null || file.Serial != chip.Serial || file.Segments != chip.Segments || file.Runs.Sum(r => (long)r.Segments) != chip.Segments
                || file.Runs.Any(r => r.Segments < 1 || r.Cycles is < 0 or > uint.MaxValue))
                throw new BarrelException(ChipErrors.WearRecord, $"'{path}' is not the record of chip {chip.Serial:x8} with {chip.Segments} segments");
            return new WearRecord(path, enduranceCycles, [.. file.Runs.SelectMany(r => Sequence.Range(0, r.Segments).Select(_ => (uint)r.Cycles))]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or StrictJsonException)
        {
            throw new BarrelException(ChipErrors.WearRecord, $"'{path}', which counts how often the chip was programmed: {OneLine.Of(e.Message).TrimEnd('.')}", e);
        }
    }

    /// <exception cref="BarrelException">BRL5010.</exception>
    public override void Check(int segment)
    {
        if (enduranceCycles > 0 && cycles[segment] >= enduranceCycles)
            throw new BarrelException(
                ChipErrors.WornOut, $"segment {segment} was programmed {cycles[segment]} times, and its cells endure {enduranceCycles}; nothing was programmed; use another chip");
    }

    /// <exception cref="BarrelException">BRL5010, and nothing is counted.</exception>
    public override void Add(int segment)
    {
        Check(segment);
        cycles[segment]++;
    }

    /// <exception cref="BarrelException">BRL5013.</exception>
    public override void Save()
    {
        List<WearRun> runs = [];
        for (int i = 0; i < cycles.Length; )
        {
            int end = i;
            while (end < cycles.Length && cycles[end] == cycles[i])
                end++;
            runs.Add(new WearRun(end - i, cycles[i]));
            i = end;
        }

        try
        {
            uint serial = Convert.ToUInt32(Path.GetFileNameWithoutExtension(path)[5..], 16);
            WholeFile.Write(path, stream => Write(stream, new WearFile(serial, cycles.Length, [.. runs])));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BarrelException(ChipErrors.WearRecord, $"'{path}' cannot be written: {OneLine.Of(e.Message).TrimEnd('.')}; nothing was programmed", e);
        }
    }

    private static WearFile Read(StrictJson json)
    {
        long serial = json.Long("serial");
        WearRun[] runs = json.Objects("runs", run => new WearRun(run.Int("segments"), run.Long("cycles")));
        return new WearFile(serial, json.Int("segments"), runs);
    }

    private static void Write(Stream stream, WearFile file)
    {
        using Utf8JsonWriter json = new(stream);
        json.WriteStartObject();
        json.WriteNumber("serial", file.Serial);
        json.WriteNumber("segments", file.Segments);
        json.WriteStartArray("runs");
        foreach (WearRun run in file.Runs)
        {
            json.WriteStartObject();
            json.WriteNumber("segments", run.Segments);
            json.WriteNumber("cycles", run.Cycles);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}

/// <summary>The file of a record.</summary>
/// <param name="Serial">The chip's serial number.</param>
/// <param name="Segments">Its segments.</param>
/// <param name="Runs">All segments in order.</param>
internal sealed record WearFile(long Serial, int Segments, WearRun[] Runs);

/// <summary>Neighbouring segments that were programmed equally often.</summary>
internal sealed record WearRun(int Segments, long Cycles);
