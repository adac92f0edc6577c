using Barrel.Compiler.Training;
using Barrel.Tests;

namespace Barrel.Training.Tests;

/// <summary>libtorch lies beside the trainer alone; tests load it from there.</summary>
[TestClass]
public static class Torch
{
    [AssemblyInitialize]
    public static void Load(TestContext context)
    {
        NativeTorch.Folder = Repository.FullPath($"model-compiler/Training/bin/{Repository.Configuration}/net10.0/runtimes/linux-x64/native");
        NativeTorch.Load();
        TorchSharp.torch.set_num_threads(1);
    }
}
