using Barrel.Benchmarks;

namespace Barrel.Compiler.Tests.Benchmarks;

[TestClass]
public class LayerBenchmarksTests
{
    public static IEnumerable<object[]> Cases => LayerCase.All.Select(c => new object[] { c.ToString() });

    /// <summary>The benchmarks compare codes when they are set up, so this is also a test of agreement on large layers.</summary>
    [TestMethod]
    [TestCategory("Benchmarks")]
    [DynamicData(nameof(Cases))]
    public void EveryBenchmarkRuns(string name)
    {
        foreach (string executor in LayerBenchmarks.ExecutorNames)
        {
            using var benchmark = new LayerBenchmarks { Case = LayerCase.All.Single(c => c.ToString() == name), Executor = executor };
            benchmark.Setup();
            benchmark.OnnxRuntimeFloat();
            benchmark.Barrel();
        }
    }
}
