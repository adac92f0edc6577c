using System.CommandLine;
using System.Text;
using System.Text.Json;
using Barrel.Boards;

namespace Barrel.Compiler.Commands;

/// <summary><c>barrel boards</c>: the boards that --board takes.</summary>
public static class Boards
{
    public static Command Create(Streams streams)
    {
        var json = SharedOptions.Json();
        return new Command("boards", "List the boards that are known") { json }
            .Does(result => Run(result.GetValue(json), streams));
    }

    private static int Run(bool json, Streams streams)
    {
        Board[] boards = [.. Barrel.Boards.Boards.Names.Select(Barrel.Boards.Boards.Find)];
        if (json)
        {
            WriteJson(streams.Out, boards);
            return ExitCode.Done;
        }

        TextTable table = new("board", "processor", "cores", "clock MHz", "RAM MiB", "arena KiB", "TDNN chip");
        foreach (Board board in boards)
            table.Add(board.Name, board.Cpu, $"{board.Cores}", $"{board.ClockHz / 1_000_000}", $"{board.RamBytes / 1048576.0:0.#}", $"{board.ArenaBytesMax / 1024}", ChipOf(board));
        table.Write(streams.Out);
        return ExitCode.Done;
    }

    /// <summary>Kind and processing elements.</summary>
    private static string ChipOf(Board board) => board.Chip is { } chip ? $"{(chip.IsReram ? "ReRAM" : "SRAM")} {chip.Segments}x{chip.SegmentPes}" : "";

    private static void WriteJson(TextWriter writer, Board[] boards)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteStartArray("boards");
            foreach (Board board in boards)
            {
                json.WriteStartObject();
                json.WriteString("name", board.Name);
                json.WriteString("title", board.Title);
                json.WriteString("cpu", board.Cpu);
                json.WriteNumber("cores", board.Cores);
                json.WriteNumber("clockHz", board.ClockHz);
                json.WriteNumber("ramBytes", board.RamBytes);
                json.WriteNumber("flashBytes", board.FlashBytes);
                json.WriteNumber("arenaBytesMax", board.ArenaBytesMax);
                if (board.Chip is { } chip)
                {
                    json.WriteStartObject("chip");
                    json.WriteString("kind", chip.Kind);
                    json.WriteNumber("segments", chip.Segments);
                    json.WriteNumber("segmentPes", chip.SegmentPes);
                    json.WriteNumber("inputBits", chip.InputBits);
                    json.WriteNumber("marginBits", chip.MarginBits);
                    json.WriteEndObject();
                }

                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        writer.WriteLine(Encoding.UTF8.GetString(stream.ToArray()));
    }
}
