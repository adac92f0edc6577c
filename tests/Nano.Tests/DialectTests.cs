using Mono.Cecil;

namespace Barrel.Nano.Tests;

/// <summary>The sources keep to what nanoFramework takes.</summary>
[TestClass]
public class DialectTests
{
    [TestMethod]
    public void Core_CompilesAgainstTheSurface()
    {
        using AssemblyDefinition core = NanoSurface.Read(NanoSurface.Core);
        Assert.AreEqual(0, core.MainModule.GetTypes().SelectMany(t => t.Methods).Where(m => m.HasBody).Sum(m => m.Body.CodeSize));
    }
}
