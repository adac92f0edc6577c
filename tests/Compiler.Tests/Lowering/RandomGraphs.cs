using Barrel.Compiler.Graphs;

namespace Barrel.Compiler.Tests.Lowering;

/// <summary>Graphs of random nodes wired at random.</summary>
internal static class RandomGraphs
{
    public static Graph Make(int seed, int? channels = null)
    {
        Random r = new(seed);
        GraphBuilder b = new(seed, channels ?? r.Next(1, 4), r.Next(5, 13), r.Next(5, 13));
        List<Value> values = [b.Input];
        for (int i = r.Next(2, 9); i > 0; i--)
            values.Add(Next(b, r, values));
        HashSet<Value> read = [.. b.Graph.Body.SelectMany(n => n.Inputs)];

        // Every value that nobody reads leaves the network, and sometimes one that somebody reads.
        List<Value> outputs = [.. values.Where(v => !read.Contains(v))];
        if (r.Next(3) == 0 && values.Find(v => read.Contains(v) && v != b.Input) is Value also)
            outputs.Add(also);
        return b.To([.. outputs]);
    }

    private static Value Next(GraphBuilder b, Random r, List<Value> values)
    {
        // The newest value often, so that chains grow and fuse.
        Value x = r.Next(3) > 0 ? values[^1] : values[r.Next(values.Count)];
        bool small = x.Height * x.Width < 600 && x.Channels < 40;
        List<Value> alike = values.FindAll(v => v.Shape.AsSpan().SequenceEqual(x.Shape));
        List<Value> sameSize = values.FindAll(v => v.Height == x.Height && v.Width == x.Width);
        switch (r.Next(15))
        {
            case 0:
                return b.PRelu(x, r.Next(2) == 0 ? [r.Next(2) * 0.25f] : null);
            case 1:
                return b.Clip(x, -r.Next(2), r.Next(1, 3));
            case 2 or 3:
                return b.Sum(x, alike[r.Next(alike.Count)]);
            case 4:
                return b.Sum(alike[r.Next(alike.Count)], x);
            case 5 when x.Channels < 40:
                return b.Concat([.. Enumerable.Range(0, r.Next(2, 4)).Select(_ => sameSize[r.Next(sameSize.Count)])]);
            case 6 when x.Channels > 1:
                int first = r.Next(x.Channels - 1);
                return b.Slice(x, first, r.Next(1, x.Channels - first));
            case 7 when small:
                return b.Nearest(x, 1 << r.Next(3), 1 << r.Next(2));
            case 8 when small:
                return b.Bilinear(x, r.Next(1, 20), r.Next(1, 20));
            case 9 when x.Channels >= 4:
                return b.DepthToSpace(x.Channels % 4 == 0 ? x : b.Conv(x, 8, kernel: 1), 2);
            case 10 when small:
                int groups = x.Channels % 2 == 0 ? r.Next(1, 3) : 1;
                int stride = r.Next(1, 4);
                return b.ConvTranspose(x, groups * r.Next(1, 4), r.Next(1, 5), stride, dilation: r.Next(1, 3), groups: groups, outputPadding: r.Next(stride));
            case 11:
                return b.Scale(x);
            case 12 when x.Height > 2 && x.Width > 2:
                return r.Next(2) == 0 ? b.MaxPool(x, 3, r.Next(1, 3), r.Next(2)) : b.StridedSlice(x, 2, r.Next(2), r.Next(2));
            case 13:
                return b.Conv(x, x.Channels, kernel: 3, pad: 1, groups: x.Channels, stride: r.Next(1, 3));
            default:
                int dilation = r.Next(1, 3);
                return b.Conv(x, r.Next(1, 9), kernel: 3, stride: r.Next(1, 3), pad: dilation, dilation: dilation);
        }
    }
}
