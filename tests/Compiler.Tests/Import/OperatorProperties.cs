using Barrel.Compiler.Import.Onnx;
using CsCheck;
using static Barrel.Compiler.Tests.Import.OnnxWriter;

namespace Barrel.Compiler.Tests.Import;

/// <summary>Random operators with random attributes, imported and run, beside ONNX Runtime. Attributes that ONNX Runtime itself refuses are skipped.</summary>
[TestClass]
public class OperatorProperties
{
    private const int Cases = 200;

    private static readonly string[] AutoPads = ["NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID"];

    [TestMethod]
    public void Conv() => Check(r =>
    {
        int groups = r.Next(1, 4), cin = groups * r.Next(1, 4), cout = groups * r.Next(1, 7);
        int kh = r.Next(1, 5), kw = r.Next(1, 5);
        string auto = AutoPads[r.Next(4)];
        int dilation = auto.StartsWith("SAME", StringComparison.Ordinal) ? 1 : r.Next(1, 4);
        var w = new OnnxWriter(Opset(r), 1, cin, r.Next(10, 20), r.Next(10, 20))
            .Floats("w", [cout, cin / groups, kh, kw], Oracle.Random(cout * cin / groups * kh * kw, r.Next()))
            .Floats("b", [cout], Oracle.Random(cout, r.Next()));
        List<AttributeProto> attributes = [Int("group", groups), Ints("strides", r.Next(1, 4), r.Next(1, 4)), Ints("dilations", dilation, dilation), Text("auto_pad", auto)];
        if (auto == "NOTSET")
            attributes.Add(Ints("pads", r.Next(3), r.Next(3), r.Next(3), r.Next(3)));
        return w.Node("Conv", r.Next(2) == 0 ? ["x", "w"] : ["x", "w", "b"], "y", [.. attributes]);
    });

    [TestMethod]
    public void Conv_of_one_dimension() => Check(r => new OnnxWriter(Opset(r), 1, 3, r.Next(8, 30))
        .Floats("w", [4, 3, 3], Oracle.Random(36, r.Next()))
        .Node("Conv", ["x", "w"], "y", Ints("strides", r.Next(1, 3)), Ints("pads", r.Next(3), r.Next(3)), Ints("dilations", r.Next(1, 3))));

    [TestMethod]
    public void ConvTranspose() => Check(r =>
    {
        int groups = r.Next(1, 3), cin = groups * r.Next(1, 4), each = r.Next(1, 6);
        int kh = r.Next(1, 5), kw = r.Next(1, 5), sy = r.Next(1, 4), sx = r.Next(1, 4), h = r.Next(3, 9), w = r.Next(3, 9);
        var writer = new OnnxWriter(Opset(r), 1, cin, h, w)
            .Floats("w", [cin, each, kh, kw], Oracle.Random(cin * each * kh * kw, r.Next()))
            .Floats("b", [each * groups], Oracle.Random(each * groups, r.Next()));
        List<AttributeProto> attributes = [Int("group", groups), Ints("strides", sy, sx), Ints("kernel_shape", kh, kw)];
        int dilation = 1;
        switch (r.Next(4))
        {
            case 0:
                dilation = r.Next(1, 3);
                attributes.Add(Ints("dilations", dilation, dilation));
                attributes.Add(Ints("pads", r.Next(2), r.Next(2), r.Next(2), r.Next(2)));
                if (sy > 1 && sx > 1)
                    attributes.Add(Ints("output_padding", r.Next(sy), r.Next(sx)));
                break;
            case 1:
                attributes.Add(Text("auto_pad", AutoPads[r.Next(1, 4)]));
                break;
            case 2:
                attributes.Add(Ints("output_shape", sy * (h - 1) + 1 + r.Next(kh), sx * (w - 1) + 1 + r.Next(kw)));
                attributes.Add(Text("auto_pad", AutoPads[r.Next(3)]));
                break;
        }
        return writer.Node("ConvTranspose", r.Next(2) == 0 ? ["x", "w"] : ["x", "w", "b"], "y", [.. attributes]);
    });

    [TestMethod]
    public void MaxPool() => Check(r => Pool(r, "MaxPool"));

    [TestMethod]
    public void AveragePool() => Check(r => Pool(r, "AveragePool"));

    [TestMethod]
    public void Resize() => Check(r =>
    {
        int h = r.Next(1, 9), w = r.Next(1, 9);
        string[] coordinates = ["half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric", "tf_half_pixel_for_nn"];
        string mode = r.Next(2) == 0 ? "nearest" : "linear";
        // tf_half_pixel_for_nn was taken out of the specification after opset 12.
        string coordinate = coordinates[r.Next(mode == "nearest" ? 5 : 4)];
        int opset = coordinate == "tf_half_pixel_for_nn" ? r.Next(11, 13) : r.Next(11, 22);
        var writer = new OnnxWriter(opset, 1, 2, h, w).Floats("roi", [0]).Floats("none", [0]);
        string[] nearest = ["round_prefer_floor", "round_prefer_ceil", "floor", "ceil"];
        AttributeProto[] attributes = [Text("mode", mode), Text("coordinate_transformation_mode", coordinate), Text("nearest_mode", nearest[r.Next(4)])];
        if (r.Next(2) == 0)
        {
            float[] scales = [0.5f, 0.75f, 1, 1.5f, 2, 3, 2.3f];
            float sy = scales[r.Next(7)], sx = scales[r.Next(7)];
            return writer.Floats("scales", [4], 1, 1, MathF.Max(sy, 1f / h), MathF.Max(sx, 1f / w)).Node("Resize", ["x", "roi", "scales"], "y", attributes);
        }
        return writer.Longs("sizes", 1, 2, r.Next(1, 20), r.Next(1, 20)).Node("Resize", ["x", "roi", "none", "sizes"], "y", attributes);
    });

    [TestMethod]
    [DataRow("asymmetric")]
    [DataRow("half_pixel")]
    [DataRow("tf_half_pixel_for_nn")]
    public void Resize_to_every_size(string coordinates)
    {
        // Ties such as element 3.5 of 7 decide which neighbour is nearest.
        for (int from = 1; from < 10; from++)
        {
            for (int to = 1; to < 20; to++)
            {
                Oracle.Same(new OnnxWriter(12, 1, 1, 1, from).Floats("none", [0]).Longs("sizes", 1, 1, 1, to).Node("Resize", ["x", "none", "none", "sizes"], "y",
                    Text("mode", "nearest"), Text("coordinate_transformation_mode", coordinates), Text("nearest_mode", to % 2 == 0 ? "round_prefer_ceil" : "ceil")), 1);
            }
        }
    }

    [TestMethod]
    public void Upsample_and_old_Resize() => Check(r =>
    {
        AttributeProto mode = Text("mode", r.Next(2) == 0 ? "nearest" : "linear");
        var writer = new OnnxWriter(r.Next(7, 11), 1, 3, r.Next(2, 7), r.Next(2, 7));
        float sy = r.Next(1, 4), sx = r.Next(2, 9) / 2f;
        int opset = (int)writer.Model.OpsetImport[0].Version;
        if (opset < 9)
            return writer.Node("Upsample", ["x"], "y", mode, FloatList("scales", 1, 1, sy, sx));
        return writer.Floats("s", [4], 1, 1, opset == 10 && r.Next(2) == 0 ? 0.5f : sy, sx).Node(opset == 9 ? "Upsample" : "Resize", ["x", "s"], "y", mode);
    });

    [TestMethod]
    public void Gemm_after_flattening() => Check(r =>
    {
        int c = r.Next(1, 4), h = r.Next(1, 4), w = r.Next(1, 4), n = c * h * w, m = r.Next(1, 9);
        bool transposed = r.Next(2) == 0, channelsLast = r.Next(2) == 0;
        var writer = new OnnxWriter(Opset(r), 1, c, h, w)
            .Floats("b", transposed ? [m, n] : [n, m], Oracle.Random(n * m, r.Next()))
            .Floats("c", r.Next(3) switch { 0 => [m], 1 => [1, m], _ => [1] }, []);
        TensorProto bias = writer.Model.Graph.Initializer[1];
        writer.Model.Graph.Initializer.RemoveAt(1);
        int[] dims = [.. bias.Dims.Select(d => (int)d)];
        writer.Floats("c", dims, Oracle.Random(dims.Aggregate(1, (a, d) => a * d), r.Next()));
        if (channelsLast)
            writer.Node("Transpose", ["x"], "t", Ints("perm", 0, 2, 3, 1));
        writer.Node("Flatten", [channelsLast ? "t" : "x"], "f");
        return writer.Node("Gemm", ["f", "b", "c"], "y", Float("alpha", r.Next(1, 4)), Float("beta", r.Next(0, 3)), Int("transB", transposed ? 1 : 0));
    });

    [TestMethod]
    public void MatMul_and_arithmetic() => Check(r =>
    {
        int n = r.Next(1, 6), m = r.Next(1, 6);
        return new OnnxWriter(Opset(r), 1, n)
            .Floats("w", [n, m], Oracle.Random(n * m, r.Next())).Floats("k", r.Next(2) == 0 ? [m] : [1, m], Oracle.Random(m, r.Next())).Floats("s", [], 1.5f)
            .Node("MatMul", ["x", "w"], "a").Node("Add", ["k", "a"], "b").Node("Sub", r.Next(2) == 0 ? ["b", "s"] : ["s", "b"], "c")
            .Node("Mul", ["c", "k"], "d").Node("Div", ["d", "s"], "y");
    });

    [TestMethod]
    public void BatchNormalization_anywhere() => Check(r =>
    {
        int c = r.Next(1, 5);
        var writer = new OnnxWriter(Opset(r), 1, c, r.Next(2, 7), r.Next(2, 7))
            .Floats("g", [c], Oracle.Random(c, r.Next())).Floats("o", [c], Oracle.Random(c, r.Next()))
            .Floats("m", [c], Oracle.Random(c, r.Next())).Floats("v", [c], [.. Oracle.Random(c, r.Next()).Select(MathF.Abs)]);
        string from = "x";
        switch (r.Next(3))
        {
            case 0:
                writer.Floats("w", [c, c, 3, 3], Oracle.Random(c * c * 9, r.Next())).Node("Conv", ["x", "w"], from = "l", Ints("pads", 1, 1, 1, 1));
                break;
            case 1:
                writer.Floats("w", [c, 1, 2, 2], Oracle.Random(c * 4, r.Next())).Node("ConvTranspose", ["x", "w"], from = "l", Int("group", c), Ints("strides", 2, 2));
                break;
        }
        writer.Node("BatchNormalization", [from, "g", "o", "m", "v"], "n", Float("epsilon", 0.01f));
        return r.Next(2) == 0 ? writer.Node("Relu", ["n"], "y") : writer.Node("Add", ["n", from], "y");
    });

    [TestMethod]
    public void Pad_before_layers() => Check(r =>
    {
        var writer = new OnnxWriter(r.Next(11, 22), 1, 2, r.Next(4, 9), r.Next(4, 9))
            .Longs("pads", 0, r.Next(2), r.Next(-1, 3), r.Next(-1, 3), 0, r.Next(2), r.Next(-1, 3), r.Next(-1, 3)).Node("Pad", ["x", "pads"], "p");
        if (r.Next(2) == 0)
            return writer.Node("Relu", ["p"], "y");
        long[] pads = [.. writer.Model.Graph.Initializer[0].Int64Data];
        int c = 2 + (int)(pads[1] + pads[5]);
        return writer.Floats("w", [3, c, 2, 2], Oracle.Random(3 * c * 4, r.Next())).Node("Conv", ["p", "w"], "y", Ints("strides", r.Next(1, 3), 1), Ints("pads", 1, 0, 0, 1));
    });

    [TestMethod]
    public void Slice_in_the_body_and_after_it() => Check(r =>
    {
        var writer = new OnnxWriter(r.Next(10, 22), 1, 4, 7, 8)
            .Longs("from", r.Next(-4, -1), r.Next(-7, -3), r.Next(-8, 4)).Longs("to", r.Next(3, 9), r.Next(4, 9), int.MaxValue)
            .Longs("axes", 1, 2, -1).Longs("steps", 1, r.Next(1, 4), r.Next(1, 4));
        if (r.Next(3) > 0)
            return writer.Node("Slice", ["x", "from", "to", "axes", "steps"], "s").Node("Relu", ["s"], "y");
        return writer.Node("Relu", ["x"], "a").Node("Transpose", ["a"], "t", Ints("perm", 0, 3, 1, 2)).Longs("back", -1, r.Next(4), -1).Longs("end", -9, 9, -9)
            .Longs("down", -r.Next(1, 3), 1, -1).Node("Slice", ["t", "back", "end", "axes", "down"], "y");
    });

    [TestMethod]
    public void Concat_Split_and_sums() => Check(r =>
    {
        int a = r.Next(1, 4);
        var writer = new OnnxWriter(r.Next(13, 22), 1, 4, 3, 5).Longs("parts", a, 4 - a).Node("Split", ["x", "parts"], "a,b", Int("axis", 1))
            .Node("Concat", ["b", "x", "a"], "c", Int("axis", 1)).Node("Concat", ["x", "x"], "d", Int("axis", 1));
        return writer.Node(r.Next(2) == 0 ? "Add" : "Sub", ["c", "d"], "e").Node("GlobalAveragePool", ["e"], "g").Node("Add", ["g", "e"], "y");
    });

    [TestMethod]
    public void Clips_slopes_and_final_steps() => Check(r =>
    {
        var writer = new OnnxWriter(r.Next(13, 22), 1, 3, 4, 5).Floats("low", [], -1).Floats("high", [], 1.25f).Floats("slopes", [3, 1, 1], 0.25f, -0.5f, 2)
            .Node("PRelu", ["x", "slopes"], "p").Node("LeakyRelu", ["p"], "l", Float("alpha", 0.2f)).Node("Clip", r.Next(2) == 0 ? ["l", "low"] : ["l", "", "high"], "k");
        return r.Next(6) switch
        {
            0 => writer.Node("Softmax", ["k"], "y", Int("axis", r.Next(1, 4))),
            1 => writer.Node("LogSoftmax", ["k"], "y"),
            2 => writer.Node("Sigmoid", ["k"], "y"),
            3 => writer.Node("ArgMax", ["k"], "y", Int("axis", r.Next(1, 4)), Int("keepdims", r.Next(2))),
            4 => writer.Node("Softmax", ["k"], "s", Int("axis", 1)).Node("ArgMax", ["s"], "y", Int("axis", 1), Int("keepdims", r.Next(2))),
            _ => writer.Node("Transpose", ["k"], "t", Ints("perm", 0, 2, 3, 1)).Longs("shape", 1, -1, 3).Node("Reshape", ["t", "shape"], "s")
                .Node("Concat", ["s", "s"], "c", Int("axis", 1)).Node("Softmax", ["c"], "y", Int("axis", -1)),
        };
    });

    [TestMethod]
    public void DepthToSpace_of_both_orders() => Check(r => new OnnxWriter(r.Next(11, 22), 1, 2, 3, 4)
        .Floats("w", [12, 2, 1, 1], Oracle.Random(24, r.Next())).Node("Conv", ["x", "w"], "c")
        .Node(r.Next(2) == 0 ? "Relu" : "Identity", ["c"], "i").Node("DepthToSpace", ["i"], "y", Int("blocksize", 2), Text("mode", r.Next(2) == 0 ? "DCR" : "CRD")));

    private static OnnxWriter Pool(Random r, string op)
    {
        int kh = r.Next(1, 5), kw = r.Next(1, 5);
        string auto = AutoPads[r.Next(4)];
        bool max = op == "MaxPool";
        int opset = Opset(r);
        // SAME with a kernel smaller than the stride gives ONNX Runtime's pools negative pads, which they refuse or misread.
        bool same = auto.StartsWith("SAME", StringComparison.Ordinal);
        List<AttributeProto> attributes =
            [Ints("kernel_shape", kh, kw), Ints("strides", r.Next(1, same ? kh + 1 : 4), r.Next(1, same ? kw + 1 : 4)), Text("auto_pad", auto)];
        if (auto == "NOTSET")
            attributes.Add(Ints("pads", r.Next(kh), r.Next(kw), r.Next(kh), r.Next(kw)));
        if (!max)
            attributes.Add(Int("count_include_pad", r.Next(2)));
        if (opset >= 10 && auto == "NOTSET")
            attributes.Add(Int("ceil_mode", r.Next(2)));
        if (opset >= 10 && auto == "NOTSET" && max && r.Next(2) == 0)
            attributes.Add(Ints("dilations", r.Next(1, 3), r.Next(1, 3)));
        return new OnnxWriter(opset, 1, 2, r.Next(8, 15), r.Next(8, 15)).Node(op, ["x"], "y", [.. attributes]);
    }

    private static int Opset(Random r) => r.Next(7, 22);

    private static void Check(Func<Random, OnnxWriter> make)
    {
        int compared = 0;
        Gen.Int[0, int.MaxValue - 1].Each(Cases, seed =>
        {
            try
            {
                Oracle.Same(make(new Random(seed)), seed);
                compared++;
            }
            catch (Microsoft.ML.OnnxRuntime.OnnxRuntimeException)
            {
                // ONNX Runtime refuses: nothing to compare with.
            }
        });
        Assert.IsGreaterThan(Cases * 6 / 10, compared, "ONNX Runtime refused too many cases");
    }
}
