using System.Diagnostics;
using Barrel.Runtime;

namespace Barrel.Agreement;

/// <summary>
/// <c>agreement BLOB CODES</c>: runs every executor of this processor over frames and prints, under a line "executor NAME" each, what
/// <see cref="LayerChecksums"/> says. Published for boards, so that a test can compare their lines with its own.
/// </summary>
public static class Program
{
    /// <summary>What stands before the name of an executor.</summary>
    public const string ExecutorHeading = "executor ";

    private const int MemoryBytesMax = 256 << 20;

    public static int Main(string[] arguments)
    {
        if (arguments is not [string blob, string codes])
        {
            Console.Error.WriteLine("usage: agreement BLOB CODES");
            return 2;
        }

        Model model = Model.Load(File.ReadAllBytes(blob), MemoryBytesMax);
        byte[] frames = File.ReadAllBytes(codes);
        foreach (ExecutorKind kind in Executors.For(model))
        {
            Stopwatch watch = Stopwatch.StartNew();
            Console.WriteLine(ExecutorHeading + kind.Name);
            foreach (string line in LayerChecksums.Of(kind.Create(model), frames))
                Console.WriteLine(line);
            Console.Error.WriteLine($"{kind.Name}: {watch.ElapsedMilliseconds} ms");
        }

        return 0;
    }
}
