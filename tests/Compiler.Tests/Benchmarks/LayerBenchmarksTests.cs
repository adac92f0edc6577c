using Barrel.Benchmarks;
using Barrel.Benchmarks.Layers;
using Barrel.Runtime;
using Microsoft.ML.OnnxRuntime;

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

    /// <summary>The 8-bit layer that ours is timed against computes the float one, rounded to its scale and cut off at 0 and 255; its weights are rounded too.</summary>
    [TestMethod]
    [TestCategory("Benchmarks")]
    [DynamicData(nameof(Cases))]
    public void Int8LayerIsTheFloatLayer(string name)
    {
        LayerCase layer = LayerCase.All.Single(c => c.ToString() == name);
        float[] values = new float[layer.Inputs * layer.Height * layer.Width];
        byte[] bytes = new byte[values.Length];
        var random = new Random(3);
        for (int c = 0; c < layer.Inputs; c++)
            for (int p = 0; p < layer.Height * layer.Width; p++)
                values[(c * layer.Height * layer.Width) + p] = bytes[(p * layer.Inputs) + c] = (byte)random.Next(1 << layer.Bits);
        float[] exact = Run<float>(LayerOnnx.Write(layer), OrtValue.CreateTensorValueFromMemory(values, [1, layer.Inputs, layer.Height, layer.Width]));
        byte[] codes = Run<byte>(LayerOnnx.WriteInt8(layer), OrtValue.CreateTensorValueFromMemory(bytes, [1, layer.Height, layer.Width, layer.Inputs]));
        double scale = Math.Sqrt(layer.FanIn * layer.AddsPerMac);
        int area = layer.OutputHeight * layer.OutputWidth, set = 0;
        for (int c = 0; c < layer.Outputs; c++)
            for (int p = 0; p < area; p++)
            {
                byte code = codes[(p * layer.Outputs) + c];
                set += code > 0 ? 1 : 0;
                Assert.AreEqual(Math.Min(exact[(c * area) + p] / scale, 255), code, layer.Bits > 4 ? 4 : 1.5, $"channel {c}, position {p}");
            }

        Assert.IsGreaterThan(codes.Length / 10, set, "almost all codes are 0");
    }

    [TestMethod]
    [TestCategory("Benchmarks")]
    public void BinaryLayerIsTheFloatLayer()
    {
        foreach (BinaryCase layer in BinaryCase.All)
        {
            var random = new Random(5);
            float[] signs = [.. Enumerable.Range(0, layer.InputElements).Select(_ => (random.Next(2) * 2f) - 1)];
            float[] exact = Run<float>(BinaryBlob.Onnx(layer), OrtValue.CreateTensorValueFromMemory(signs, layer.Shape));
            Model model = BinaryBlob.Load(layer);
            foreach (ExecutorKind kind in LayerTimes.Raced)
            {
                Executor executor = kind.Create(model);
                int input = model.Tensors[((BinaryLayer)model.Layers[^1]).Input].ArenaOffset;
                for (int i = 0; i < signs.Length; i++)
                    executor.Arena[input + i] = (byte)(signs[i] > 0 ? 1 : 0);
                executor.RunLayer(model.Layers.Length - 1);
                TensorInfo output = model.Tensors[model.OutputTensors[0]];
                for (int i = 0; i < exact.Length; i++)
                    Assert.AreEqual(exact[i] >= 0 ? 1 : 0, executor.Arena[output.ArenaOffset + i], $"{kind.Name}, {layer}, {i}");
            }
        }
    }

    private static T[] Run<T>(byte[] file, OrtValue input)
        where T : unmanaged
    {
        using (input)
        {
            using var session = new InferenceSession(file);
            using var options = new RunOptions();
            using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(options, ["x"], [input], ["y"]);
            return outputs[0].GetTensorDataAsSpan<T>().ToArray();
        }
    }
}
