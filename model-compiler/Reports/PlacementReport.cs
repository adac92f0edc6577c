using System.Globalization;
using System.Text.Json;
using Barrel.Compiler.Commands;
using Barrel.Runtime;

namespace Barrel.Compiler.Reports;

/// <summary>The placement table of <c>compile</c> and <c>inspect</c>.</summary>
internal static class PlacementReport
{
    public static void Write(TextWriter writer, PlacementCosts costs)
    {
        Placement placement = costs.Placement;
        TextTable table = new("on the chip", "PEs", "segments", "passes", "evaluations");
        foreach (PlacedLayerCosts layer in costs.Layers)
            table.Add(layer.Name, Count(layer.Pes), Count(layer.Segments), Count(layer.Passes), Count(layer.Evaluations));
        table.Add("all", Count(costs.Pes), Count(costs.Segments), Count(placement.Passes), Count(costs.Layers.Sum(l => l.Evaluations)));
        writer.WriteLine();
        table.Write(writer);
        writer.WriteLine(
            $"placed for {OneLine.Of(placement.Board)}, {(placement.Kind == Placement.KindReram ? "ReRAM" : "SRAM")} of {Count(placement.Segments)} segments of {placement.SegmentPes} PEs: "
            + $"{Count(placement.Passes)} pass{(placement.Passes == 1 ? "" : "es")}, at most {Count(costs.PesMost)} of {Count(PesOf(placement))} PEs in one");
        if (costs.Traffic is not { } traffic)
        {
            writer.WriteLine("no board of this name and geometry is known: what a frame takes on the link is not");
            return;
        }

        writer.WriteLine(
            $"a frame on the link: {Count(traffic.FrameBytes)} bytes, {Number(costs.FrameMs, "N2")} ms at {Number(costs.Board!.Spi.ClockHz / 1e6, "0.###")} MHz; "
            + $"once: {Count(traffic.LoadBytes)} bytes, {Number(costs.LoadMs, "N2")} ms");
        writer.WriteLine(
            $"energy of a frame: chains {Number(costs.ComputeNj, "N1")} nJ ({Number(costs.AskedNj, "N1")} nJ of it those that are asked; "
            + $"{Number(costs.Board.Chip!.OperationFj, "0.###")} fJ a PE), link {Number(costs.LinkNj, "N1")} nJ ({Number(costs.Board.Chip.LinkBitPj, "0.###")} pJ a bit)");
    }

    /// <summary>The property "placement" of the object that is being written; what only the board's file says is null where that is not known.</summary>
    public static void Write(Utf8JsonWriter json, PlacementCosts costs)
    {
        json.WriteStartObject("placement");
        json.WriteString("board", costs.Placement.Board);
        json.WriteNumber("pes", costs.Pes);
        json.WriteNumber("segments", costs.Segments);
        json.WriteNumber("passes", costs.Placement.Passes);
        Write(json, "loadBytes", costs.Traffic?.LoadBytes);
        Write(json, "frameBytes", costs.Traffic?.FrameBytes);
        Write(json, "frameMs", costs.FrameMs);
        Write(json, "computeNj", costs.ComputeNj);
        Write(json, "linkNj", costs.LinkNj);
        json.WriteStartArray("layers");
        foreach (PlacedLayerCosts layer in costs.Layers)
        {
            json.WriteStartObject();
            json.WriteString("name", layer.Name);
            json.WriteNumber("pes", layer.Pes);
            json.WriteNumber("segments", layer.Segments);
            json.WriteNumber("passes", layer.Passes);
            json.WriteNumber("evaluations", layer.Evaluations);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, double? value)
    {
        if (value is double number)
            json.WriteNumber(name, Math.Round(number, 6));
        else
            json.WriteNull(name);
    }

    private static long PesOf(Placement placement) => (long)placement.Segments * placement.SegmentPes;

    private static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Number(double? value, string format) => (value ?? 0).ToString(format, CultureInfo.InvariantCulture);
}
