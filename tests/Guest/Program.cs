using Barrel.Runtime;
using Microsoft.ML.OnnxRuntime;

namespace Barrel.Guest;

/// <summary>
/// <c>guest FILE.barrel CODES EXECUTOR</c> or <c>guest FILE.onnx VALUES SHAPE</c>: one inference to warm up and one in a <see cref="Region"/>, whose
/// instructions an emulator counts. Prints a checksum of the output, so that what was counted can be seen to be an inference.
/// </summary>
public static class Program
{
    private const int MemoryBytesMax = 256 << 20;

    public static int Main(string[] arguments)
    {
        if (arguments is not [string file, string input, string how])
        {
            Console.Error.WriteLine("usage: guest FILE.barrel CODES EXECUTOR | guest FILE.onnx VALUES SHAPE, such as 1,3,240,320");
            return 2;
        }

        Console.WriteLine(file.EndsWith(".onnx", StringComparison.Ordinal)
            ? OnnxRuntime(file, input, [.. how.Split(',').Select(long.Parse)])
            : Barrel(file, input, how));
        return 0;
    }

    private static string Barrel(string file, string input, string executorName)
    {
        Model model = Model.Load(File.ReadAllBytes(file), MemoryBytesMax);
        Executor executor = Executors.Create(model, executorName);
        byte[] codes = File.ReadAllBytes(input);
        for (int run = 0; run < 2; run++)
        {
            if (run == 1)
                Region.Mark(Region.Begin);
            codes.CopyTo(executor.Arena.AsSpan(executor.InputOffset));
            executor.Run();
        }

        Region.Mark(Region.End);
        TensorInfo output = model.Tensors[model.OutputTensors[0]];
        return Checksum(executor.Arena.AsSpan(output.ArenaOffset, output.ByteCount()));
    }

    private static string OnnxRuntime(string file, string input, long[] shape)
    {
        // As on the peer's side of a benchmark: one thread, all of its optimisations.
        using var options = new SessionOptions
        {
            IntraOpNumThreads = 1, InterOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
        };
        using var session = new InferenceSession(file, options);
        byte[] bytes = File.ReadAllBytes(input);
        float[] values = new float[bytes.Length / sizeof(float)];
        Buffer.BlockCopy(bytes, 0, values, 0, bytes.Length);
        using OrtValue tensor = OrtValue.CreateTensorValueFromMemory(values, shape);
        using var runOptions = new RunOptions();
        string[] names = [.. session.InputNames];
        session.Run(runOptions, names, [tensor], session.OutputNames).Dispose();
        Region.Mark(Region.Begin);
        using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(runOptions, names, [tensor], session.OutputNames);
        Region.Mark(Region.End);
        return Checksum(System.Runtime.InteropServices.MemoryMarshal.AsBytes(outputs[0].GetTensorDataAsSpan<float>()));
    }

    /// <summary>How many bytes, and their FNV-1a.</summary>
    public static string Checksum(ReadOnlySpan<byte> bytes)
    {
        ulong hash = 14695981039346656037;
        foreach (byte b in bytes)
            hash = (hash ^ b) * 1099511628211;
        return $"{bytes.Length} bytes {hash:x16}";
    }
}
