using Barrel.Compiler.Cards;
using Barrel.Compiler.Tests.Import;
using Barrel.Runtime;
using static Barrel.Compiler.Tests.Import.OnnxWriter;

namespace Barrel.Arm64.Tests;

/// <summary>
/// Networks with random weights that together hold every layer of the runtime, in sizes that no vector divides: what is compared where
/// the real networks are not at hand.
/// </summary>
internal static class SmallNetworks
{
    private const int Opset = 13;

    /// <summary>A network and what says how to read it.</summary>
    public static IEnumerable<(string Name, ModelCard Card, byte[] Onnx)> All() =>
    [
        ("segmenter", new ModelCard { Task = Model.TaskSegmentation, Classes = ["ground", "road", "sky", "other"], RoadClass = 1, Input = Pixels }, Segmenter()),
        ("classifier", new ModelCard { Task = Model.TaskClassification, Input = Pixels }, Classifier()),
        ("resampler", new ModelCard { Input = Pixels }, Resampler()),
        ("signs", new ModelCard { Task = Model.TaskClassification, Input = new CardInput { Subtract = [128], Binarize = true } }, Signs()),
    ];

    private static CardInput Pixels => new() { Subtract = [128], Multiply = [1.0 / 128] };

    /// <summary>Strides, dilation, depthwise and pointwise layers, slopes, skips, concatenation, transposed layers, ArgMax.</summary>
    private static byte[] Segmenter() => new OnnxWriter(Opset, 1, 3, 45, 53)
        .Weights("w0", 16, 3, 3, 3).Weights("b0", 16).Floats("slopes", [16, 1, 1], [.. Random(16, "slopes").Select(MathF.Abs)])
        .Node("Conv", ["x", "w0", "b0"], "c0", Ints("strides", 2, 2), Ints("pads", 1, 1, 1, 1)).Node("PRelu", ["c0", "slopes"], "p0")
        .Weights("w1", 16, 1, 3, 3)
        .Node("Conv", ["p0", "w1"], "c1", Int("group", 16), Ints("dilations", 2, 2), Ints("pads", 2, 2, 2, 2)).Node("Relu", ["c1"], "r1")
        .Weights("w2", 16, 16, 1, 1)
        .Node("Conv", ["r1", "w2"], "c2").Node("Add", ["c2", "p0"], "s2").Node("Relu", ["s2"], "r2")
        .Node("Concat", ["r2", "r1"], "k", Int("axis", 1))
        .Weights("w3", 32, 4, 3, 3)
        .Node("ConvTranspose", ["k", "w3"], "y", Ints("strides", 2, 2), Ints("pads", 1, 1, 1, 1)).File();

    /// <summary>Groups, uneven padding, both kinds of pools, a leaky slope, a clip, a fully connected layer.</summary>
    private static byte[] Classifier() => new OnnxWriter(Opset, 1, 1, 29, 31)
        .Weights("w0", 12, 1, 5, 4).Weights("b0", 12)
        .Node("Conv", ["x", "w0", "b0"], "c0", Ints("pads", 2, 0, 1, 3)).Node("LeakyRelu", ["c0"], "l0", Float("alpha", 0.1f))
        .Node("MaxPool", ["l0"], "m0", Ints("kernel_shape", 3, 2), Ints("strides", 2, 2), Ints("pads", 1, 0, 1, 0))
        .Weights("w1", 12, 4, 3, 3).Floats("low", [], 0).Floats("high", [], 6)
        .Node("Conv", ["m0", "w1"], "c1", Int("group", 3), Ints("pads", 1, 1, 1, 1)).Node("Clip", ["c1", "low", "high"], "k1")
        .Node("AveragePool", ["k1"], "a1", Ints("kernel_shape", 2, 2), Ints("strides", 2, 2))
        .Node("Flatten", ["a1"], "f")
        .Weights("w2", 10, 12 * 7 * 7).Weights("b2", 10)
        .Node("Gemm", ["f", "w2", "b2"], "y", Int("transB", 1)).File();

    /// <summary>Nearest and bilinear resampling, a layer on each.</summary>
    private static byte[] Resampler() => new OnnxWriter(Opset, 1, 3, 17, 19)
        .Weights("w0", 8, 3, 3, 3).Weights("w1", 8, 8, 3, 3).Weights("w2", 5, 8, 3, 3).Floats("twice", [4], 1, 1, 2, 2).Longs("size", 1, 8, 61, 55)
        .Node("Conv", ["x", "w0"], "c0").Node("Relu", ["c0"], "r0")
        .Node("Resize", ["r0", "", "twice"], "n", Text("mode", "nearest"), Text("coordinate_transformation_mode", "asymmetric"), Text("nearest_mode", "floor"))
        .Node("Conv", ["n", "w1"], "c1", Ints("pads", 1, 1, 1, 1)).Node("Relu", ["c1"], "r1")
        .Node("Resize", ["r1", "", "", "size"], "b", Text("mode", "linear"), Text("coordinate_transformation_mode", "half_pixel"))
        .Node("Conv", ["b", "w2"], "y", Ints("strides", 2, 3)).File();

    /// <summary>Inputs, weights and activations of one bit.</summary>
    private static byte[] Signs() => new OnnxWriter(Opset, 1, 200)
        .Floats("w0", [200, 70], [.. Random(200 * 70, "w0").Select(Sign)]).Floats("b0", [70], [.. Random(70, "b0").Select(v => MathF.Round(v * 20) + 0.5f)])
        .Floats("w1", [70, 10], [.. Random(70 * 10, "w1").Select(Sign)])
        .Node("MatMul", ["x", "w0"], "m0").Node("Add", ["m0", "b0"], "a0").Node("Sign", ["a0"], "s0")
        .Node("MatMul", ["s0", "w1"], "y").File();

    private static float Sign(float value) => value < 0 ? -1 : 1;

    private static OnnxWriter Weights(this OnnxWriter writer, string name, params int[] dims)
    {
        int count = dims.Aggregate(1, (a, d) => a * d);
        float scale = 2 / MathF.Sqrt(count / dims[0]);
        return writer.Floats(name, dims, [.. Random(count, name).Select(v => v * scale)]);
    }

    /// <summary>Numbers from −1 to 1, the same for the same name.</summary>
    private static float[] Random(int count, string name)
    {
        Random random = new(name.Aggregate(count, (a, c) => (a * 31) + c));
        return [.. Enumerable.Range(0, count).Select(_ => (random.NextSingle() * 2) - 1)];
    }
}
