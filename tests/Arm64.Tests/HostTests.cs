namespace Barrel.Arm64.Tests;

/// <summary>barrel-host publishes for the board without a warning, and starts there.</summary>
[TestClass]
[TestCategory("arm64")]
public class HostTests
{
    /// <summary>What a flash copies, network included. It is to become less; what makes it more is to be seen.</summary>
    private const long BytesMax = 4_700_000;

    [TestMethod]
    public void Starts()
    {
        EmulatedArm64.Require();
        string program = EmulatedArm64.Publish("firmware-host/Barrel.Host.csproj", "barrel-host");
        Assert.IsLessThanOrEqualTo(BytesMax, new FileInfo(program).Length, "bytes of the program");
        foreach (string processor in EmulatedArm64.Processors)
            Assert.Contains("demo", EmulatedArm64.Run(processor, program, "--help").AssertDone(processor).Out);
    }
}
