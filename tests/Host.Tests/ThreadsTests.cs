using System.Text.Json;
using Barrel.Host.Commands;

namespace Barrel.Host.Tests;

/// <summary>Threads share an inference and change nothing in it.</summary>
[TestClass]
public class ThreadsTests
{
    [TestMethod]
    public void AnyNumberOfThreadsSeesTheSameRoad()
    {
        string folder = Directory.CreateTempSubdirectory("barrel-threads-").FullName;
        try
        {
            string model = Path.Combine(folder, "road.barrel");
            using (Stream embedded = typeof(Program).Assembly.GetManifestResourceStream("road.barrel")!)
            using (FileStream file = File.Create(model))
                embedded.CopyTo(file);
            string[][] frames = [.. new[] { 1, 3 }.Select(threads => Run(model, threads, Path.Combine(folder, $"{threads}")))];
            Assert.HasCount(4, frames[0]);
            for (int i = 0; i < 4; i++)
                CollectionAssert.AreEqual(File.ReadAllBytes(frames[0][i]), File.ReadAllBytes(frames[1][i]), frames[1][i]);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string[] Run(string model, int threads, string overlays)
    {
        using StringWriter output = new(), error = new();
        string[] line = ["run", "--model", model, "--camera", "scene:7:160x120", "--frames", "4", "--threads", $"{threads}", "--overlay", overlays, "--json"];
        Assert.AreEqual(0, Program.Run(line, new CommandContext { Output = output, Error = error, CreateExecutor = ModelFile.Load }), error.ToString());
        using JsonDocument json = JsonDocument.Parse(output.ToString());
        Assert.AreEqual(4, json.RootElement.GetProperty("frames").GetInt32());
        return [.. Directory.GetFiles(overlays).Order(StringComparer.Ordinal)];
    }
}
