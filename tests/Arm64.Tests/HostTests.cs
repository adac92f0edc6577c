namespace Barrel.Arm64.Tests;

/// <summary>barrel-host publishes for the board without a warning, and starts there.</summary>
[TestClass]
[TestCategory("arm64")]
public class HostTests
{
    [TestMethod]
    public void Starts()
    {
        EmulatedArm64.Require();
        string program = EmulatedArm64.Publish("firmware-host/Barrel.Host.csproj", "barrel-host");
        foreach (string processor in EmulatedArm64.Processors)
            Assert.Contains("demo", EmulatedArm64.Run(processor, program, "--help").AssertDone(processor).Out);
    }
}
