using System.Globalization;
using System.Text;
using System.Text.Json;
using Barrel.Compiler.Commands;
using Barrel.Runtime;

namespace Barrel.Compiler.Reports;

/// <summary>The layer table of <c>compile</c> and <c>inspect</c>, from the blob alone.</summary>
internal static class ModelReport
{
    /// <param name="placement">Null where none of it is on a chip.</param>
    public static void Write(TextWriter writer, Model model, PlacementCosts? placement, bool json)
    {
        LayerCosts[] layers = ModelCosts.Of(model);
        if (json)
        {
            WriteJson(writer, model, layers, placement);
            return;
        }

        WriteTable(writer, model, layers);
        if (placement is not null)
            PlacementReport.Write(writer, placement);
    }

    private static void WriteTable(TextWriter writer, Model model, LayerCosts[] layers)
    {
        TextTable table = new("layer", "operator", "output", "MACs", "adds", "adds/MAC", "shifts");
        foreach (LayerCosts layer in layers)
            table.Add(
                layer.Name, layer.Operator, string.Join('x', layer.OutputShape), Count(layer.Macs), Count(layer.Adds),
                layer.Macs == 0 ? "" : Ratio(layer.Adds, layer.Macs), layer.ShiftMax == 0 ? "" : $"{layer.ShiftMin}..{layer.ShiftMax}");
        table.Write(writer);
        long adds = layers.Sum(l => l.Adds);
        writer.WriteLine(
            $"{Count(model.Macs)} MACs become {Count(adds)} adds, {Ratio(adds, model.Macs)} a MAC; blob {Count(model.Blob.Length)} bytes, arena {Count(model.ArenaBytes)} bytes");
        writer.WriteLine(
            $"a frame: {Count(layers.Sum(l => l.Shifts))} shifts; {Count(layers.Sum(l => l.ArenaBytesRead))} bytes read from the arena, "
            + $"{Count(layers.Sum(l => l.ArenaBytesWritten))} written; {Count(layers.Sum(l => l.BlobBytesRead))} read from flash");
        WriteEnergy(writer, layers);
    }

    private static void WriteEnergy(TextWriter writer, LayerCosts[] layers)
    {
        EnergyEstimate lanes = EnergyEstimate.InLanes(layers);
        EnergyEstimate wide = EnergyEstimate.OneByOne(layers);
        writer.WriteLine(
            $"energy estimate in 32-bit adds: {Count((long)lanes.Blob.Total)}, in int8 multiply-accumulates {Count((long)lanes.Int8.Total)}: "
            + $"{Percent(lanes.Share)} of it ({Percent(wide.Share)} where every operation is 32 bits wide)");
        writer.WriteLine(
            $"  assuming add {EnergyEstimate.Add32}, multiply {EnergyEstimate.Multiply32}, register file {EnergyEstimate.RegisterFile32}, SRAM {EnergyEstimate.Sram32}, "
            + $"DRAM {EnergyEstimate.Dram32} for 32 bits; narrower ones their share, multiplications its square; flash once a frame at DRAM's cost; --report says all");
    }

    private static void WriteJson(TextWriter writer, Model model, LayerCosts[] layers, PlacementCosts? placement)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream, new JsonWriterOptions { Indented = true }))
        {
            long adds = layers.Sum(l => l.Adds);
            json.WriteStartObject();
            json.WriteNumber("macs", model.Macs);
            json.WriteNumber("adds", adds);
            json.WriteNumber("addsPerMac", model.Macs == 0 ? 0 : Math.Round((double)adds / model.Macs, 6));
            json.WriteNumber("blobBytes", model.Blob.Length);
            json.WriteNumber("arenaBytes", model.ArenaBytes);
            json.WriteStartArray("layers");
            foreach (LayerCosts layer in layers)
            {
                json.WriteStartObject();
                json.WriteString("name", layer.Name);
                json.WriteString("op", layer.Operator);
                json.WriteNumber("macs", layer.Macs);
                json.WriteNumber("adds", layer.Adds);
                json.WriteStartArray("outputShape");
                foreach (int d in layer.OutputShape)
                    json.WriteNumberValue(d);
                json.WriteEndArray();
                json.WriteNumber("shiftMin", layer.ShiftMin);
                json.WriteNumber("shiftMax", layer.ShiftMax);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            if (placement is not null)
                PlacementReport.Write(json, placement);
            json.WriteEndObject();
        }

        writer.WriteLine(Encoding.UTF8.GetString(stream.ToArray()));
    }

    private static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Percent(double share) => (100 * share).ToString("F0", CultureInfo.InvariantCulture) + "%";

    private static string Ratio(long adds, long macs) => macs == 0 ? "-" : ((double)adds / macs).ToString("F3", CultureInfo.InvariantCulture);
}
