using Barrel.Runtime.Tests.Models;

namespace Barrel.Runtime.Tests;

[TestClass]
public class AllocationTests
{
    [TestMethod]
    public void A_run_allocates_nothing()
    {
        foreach (TestModel model in new[] { SampleModels.AllKinds(1), SampleModels.LogCodes(3) })
            foreach (ExecutorKind kind in Executors.All.Where(k => k.IsSupported))
            {
                AssertRunsAllocateNothing(kind.Create(model.Load()));
                Executor threaded = kind.Create(model.Load(), 2);
                AssertRunsAllocateNothing(threaded);
                (threaded as IDisposable)?.Dispose();
            }
    }

    private static void AssertRunsAllocateNothing(Executor executor)
    {
        for (int i = 0; i < 50; i++)
            executor.Run();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
            executor.Run();
        Assert.AreEqual(0, GC.GetAllocatedBytesForCurrentThread() - before, executor.Name);
    }
}
