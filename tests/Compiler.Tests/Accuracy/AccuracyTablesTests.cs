using Barrel.Accuracy;
using Barrel.Compiler.Quantizing;
using Barrel.Compiler.Tests.Data;

namespace Barrel.Compiler.Tests.Accuracy;

/// <summary>The program that writes <c>Accuracy.md</c>, but for the measuring.</summary>
[TestClass]
public class AccuracyTablesTests
{
    [TestMethod]
    public void RowsHaveNamesOfTheirOwn()
    {
        Row[] rows = [.. Row.All];
        Assert.HasCount(rows.Length, rows.Select(r => r.Key).Distinct().ToArray());

        // The float network, eleven schemes at four widths, six with log activations, and two sizes of networks that make masks.
        Assert.HasCount((Subject.All.Length * (1 + (11 * 4) + 6)) + (Subject.All.Count(s => s.Segmentation) * 2), rows);
        Row log = rows.Single(r => r.Key == "mnist-8 lognet-4 log2-activations-4");
        Assert.AreEqual(new QuantizeOptions { Weights = WeightScheme.LogNet, Bits = 4, Activations = ActivationScheme.Log2, ActivationBits = 4 }, log.Options);
    }

    [TestMethod]
    public void WhatWasMeasuredIsNotMeasuredAgain()
    {
        using TemporaryFolder folder = new();
        Row[] rows = [.. Row.All.Take(3)];
        RowCache cache = new(folder["rows.jsonl"]);
        cache.Add(rows[0], new Figures(null, 65.5, 95.25, null, null));
        cache.Add(rows[1], new Figures(0.5, null, null, 131072, "BRL2002"));
        string text = File.ReadAllText(folder["rows.jsonl"]);
        File.WriteAllText(folder["rows.jsonl"], text + "{\"Build\":\"cut o");
        RowCache again = new(folder["rows.jsonl"]);
        Assert.AreEqual(new Figures(null, 65.5, 95.25, null, null), again[rows[0]]);
        Assert.AreEqual("BRL2002", again[rows[1]]!.Error);
        Assert.IsNull(again[rows[2]]);

        string tables = Tables.Write([rows[0].Subject], again);
        Assert.Contains("| float | – | 65.5 / 95.3 | | | |\n", tables);
        Assert.Contains("| linear-4 | 0.50 | BRL2002 | – | – | – |\n", tables);
        Assert.Contains("| logsqrt2-5 | 2 | – | – |\n", tables);
        Assert.DoesNotContain(Subject.All[1].Title, tables);

        int build = text.IndexOf("\"Build\":\"", StringComparison.Ordinal) + 9;
        File.WriteAllText(folder["rows.jsonl"], text[..build] + (text[build] == '0' ? '1' : '0') + text[(build + 1)..]);
        Assert.IsNull(new RowCache(folder["rows.jsonl"])[rows[0]], "another build's figures do not count");
    }
}
