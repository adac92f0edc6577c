using Barrel.Compiler.Graphs;
using Barrel.Runtime;

namespace Barrel.Compiler.Lowering;

/// <summary>
/// Fuses a graph into layers: a linear operator takes in what follows it alone (additions, activation, clamp, trained grid); concatenation, channel slices
/// and nearest upsampling become a way of reading, not a copy.
/// </summary>
public sealed class Lowerer
{
    private readonly Graph _graph;
    private readonly Dictionary<Value, List<Node>> _consumers = [];
    private readonly Dictionary<Value, Piece[]> _views = [];
    private readonly HashSet<Node> _done = [];
    private readonly LoweredNetwork _network;

    private Lowerer(Graph graph, LoweredTensor input)
    {
        _graph = graph;
        foreach (Node node in graph.Body)
            foreach (Value value in node.Inputs)
            {
                if (!_consumers.TryGetValue(value, out List<Node>? list))
                    _consumers[value] = list = [];
                list.Add(node);
            }

        _views[graph.Input] = [new Piece(input, 0, input.Channels)];
        _network = new LoweredNetwork { Input = input, Layers = [], Outputs = [] };
    }

    /// <param name="graph">A legal graph.</param>
    /// <param name="input">The input's tensor, with its decoding.</param>
    /// <exception cref="BarrelException">BRL2001: an operator has no tap form.</exception>
    public static LoweredNetwork Lower(Graph graph, LoweredTensor input)
    {
        Lowerer lowerer = new(graph, input);
        foreach (Node node in graph.Body)
            if (!lowerer._done.Contains(node))
                lowerer.LowerNode(node);
        foreach (Value output in graph.Outputs)
            lowerer._network.Outputs.Add(lowerer.Materialized(output));
        return lowerer._network;
    }

    private void LowerNode(Node node)
    {
        switch (node)
        {
            case Convolution conv:
                Fuse(conv, LinearForms.Of(conv, ReadView(conv.Inputs[0]), NewTensor(conv.Output)));
                break;
            case TransposedConvolution conv:
                Fuse(conv, LinearForms.Of(conv, ReadView(conv.Inputs[0]), NewTensor(conv.Output)));
                break;
            case Concat:
                _views[node.Output] = [.. node.Inputs.SelectMany(View)];
                break;
            case ChannelSlice slice:
                _views[node.Output] = Slice(View(node.Inputs[0]), slice.First, node.Output.Channels);
                break;
            case Resize resize:
                LowerResize(resize);
                break;
            case MaxPool pool:
                LoweredTensor source = Materialized(pool.Inputs[0]);
                LoweredTensor pooled = NewTensor(pool.Output);
                _network.Layers.Add(new PoolLayer { Name = node.Name, OnnxOperator = node.OnnxOperator, Input = source, Window = pool, Output = pooled });
                SetView(node.Output, pooled);
                break;
            case Add add:
                LowerAdd(add);
                break;
            case ParametricRelu or Clip or Sign or ActivationGrid or ArgMax or DepthToSpace:
                Fuse(node, Identity(node, ReadView(node.Inputs[0])), node);
                break;
            default:
                throw new BarrelException(
                    LoweringErrors.NoTapForm,
                    $"operator {node.OnnxOperator}, node '{node.Name}': has no tap form (AveragePool is supported without padding or with count_include_pad = 1)");
        }
    }

    private void LowerAdd(Add add)
    {
        Piece[] a = ReadView(add.Inputs[0]);
        Piece[] b = ReadView(add.Inputs[1]);
        if (a.Length + b.Length > ModelFormat.InputsMax)
            (a, b) = (Whole(Materialized(add.Inputs[0])), Whole(Materialized(add.Inputs[1])));
        int channels = add.Output.Channels;

        // A lone scale behind the sum takes both operands as taps; nothing in between is rounded.
        if (Only(add.Output) is Convolution { KernelHeight: 1, KernelWidth: 1, StrideY: 1, StrideX: 1, PadTop: 0, PadLeft: 0 } scale
            && scale.Groups == channels && scale.Output.Channels == channels)
        {
            _done.Add(scale);
            Fuse(scale, LinearForms.SumOfTwo(scale, a, b, scale.Weights, scale.Bias, NewTensor(scale.Output)));
            return;
        }

        float[] ones = new float[channels];
        Array.Fill(ones, 1f);
        Fuse(add, LinearForms.SumOfTwo(add, a, b, ones, new float[channels], NewTensor(add.Output)));
    }

    private void LowerResize(Resize resize)
    {
        int shiftY = NearestShift(resize.RowIndex, resize.RowFraction, resize.Inputs[0].Height);
        int shiftX = NearestShift(resize.ColumnIndex, resize.ColumnFraction, resize.Inputs[0].Width);
        if (shiftY >= 0 && shiftX >= 0)
        {
            // Upsampling of what is upsampled already is still a way of reading, up to a limit.
            if (View(resize.Inputs[0]).Any(p => p.UpsampleShiftY + shiftY > ModelFormat.UpsampleShiftMax || p.UpsampleShiftX + shiftX > ModelFormat.UpsampleShiftMax))
                Materialized(resize.Inputs[0]);
            _views[resize.Output] =
            [
                .. View(resize.Inputs[0]).Select(p => p with { UpsampleShiftY = p.UpsampleShiftY + shiftY, UpsampleShiftX = p.UpsampleShiftX + shiftX }),
            ];
            return;
        }

        LoweredTensor source = Materialized(resize.Inputs[0]);
        LoweredTensor made = NewTensor(resize.Output);
        _network.Layers.Add(new ResampleLayer { Name = resize.Name, OnnxOperator = resize.OnnxOperator, Input = source, Table = resize, Output = made });
        SetView(resize.Output, made);
    }

    /// <summary>n where a table repeats each index 2^n times, −1 where it does not.</summary>
    private static int NearestShift(int[] index, float[] fraction, int extent)
    {
        for (int shift = 0; shift <= ModelFormat.UpsampleShiftMax; shift++)
        {
            if (index.Length != extent << shift)
                continue;
            for (int i = 0; i < index.Length; i++)
                if (index[i] != i >> shift || fraction[i] != 0)
                    return -1;
            return shift;
        }

        return -1;
    }

    /// <summary>Lets the layer take in what follows alone, then adds it to the network.</summary>
    /// <param name="from">The node whose output the layer makes so far.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="pending">A node that is to be taken in first, whoever else reads its input.</param>
    private void Fuse(Node from, LinearLayer layer, Node? pending = null)
    {
        Value value = pending is null ? from.Output : pending.Inputs[0];
        Node? next = pending ?? Only(value);
        while (next is not null && Absorb(layer, next, value))
        {
            _done.Add(next);
            value = next.Output;
            layer.Output = NewTensor(value, layer.Output);
            next = Only(value);
        }

        _network.Layers.Add(layer);
        SetView(value, layer.Output);
    }

    private bool Absorb(LinearLayer layer, Node node, Value value)
    {
        bool linear = layer.Slopes is null && float.IsInfinity(layer.Minimum) && float.IsInfinity(layer.Maximum);
        if (layer.Grid is not null || layer.Sign || layer.WriteOut != WriteOut.Codes)
            return false;
        switch (node)
        {
            case Add add when linear && add.Inputs[0] != add.Inputs[1]:
                Value other = add.Inputs[0] == value ? add.Inputs[1] : add.Inputs[0];
                if (layer.Skips.Count == 2 || !_views.TryGetValue(other, out Piece[]? view) || view.Length != 1
                    || view[0].UpsampleShiftX != 0 || view[0].UpsampleShiftY != 0 || view[0].Tensor.Multiply is not null || layer.Phases != 1)
                    return false;
                layer.Skips.Add(view[0]);
                return true;
            case ParametricRelu relu when linear:
                layer.Slopes = relu.Slopes;
                return true;
            case Clip clip:
                // Both ends go through the clip, so that a clip outside what is left makes all values equal.
                layer.Minimum = Math.Min(Math.Max(layer.Minimum, clip.Minimum), clip.Maximum);
                layer.Maximum = Math.Min(Math.Max(layer.Maximum, clip.Minimum), clip.Maximum);
                return true;
            case ActivationGrid grid:
                layer.Grid = grid;
                return true;
            case Sign when linear:
                layer.Sign = true;
                return true;
            case ArgMax when linear:
                layer.WriteOut = WriteOut.ArgMax;
                return true;
            case DepthToSpace shuffle when layer.Phases == 1 && layer.Skips.Count == 0 && (layer.Slopes is null || layer.Slopes.Length == 1):
                layer.PhaseY = layer.PhaseX = shuffle.BlockSize;
                return true;
            default:
                return false;
        }
    }

    /// <summary>The node that alone reads a value which is not an output; null where there is none.</summary>
    private Node? Only(Value value) =>
        !_graph.Outputs.Contains(value) && _consumers.TryGetValue(value, out List<Node>? list) && list.Count == 1 ? list[0] : null;

    private Piece[] View(Value value) =>
        _views.TryGetValue(value, out Piece[]? view) ? view : throw new InvalidOperationException($"{value} is read before it is made");

    /// <summary>The view as a layer reads it: neighbouring pieces of a tensor joined, and copied together where they are more than a layer may have.</summary>
    private Piece[] ReadView(Value value)
    {
        List<Piece> joined = [];
        foreach (Piece piece in View(value))
        {
            if (joined.Count > 0 && joined[^1] is var last && last.Tensor == piece.Tensor && last.First + last.Channels == piece.First
                && last.UpsampleShiftX == piece.UpsampleShiftX && last.UpsampleShiftY == piece.UpsampleShiftY)
                joined[^1] = last with { Channels = last.Channels + piece.Channels };
            else
                joined.Add(piece);
        }

        for (int round = 1; joined.Count > ModelFormat.InputsMax; round++)
            _views[value] = [.. joined = Gathered(value, joined, round)];
        return [.. joined];
    }

    /// <summary>Fewer pieces: each a copy of as many as a layer may read.</summary>
    private List<Piece> Gathered(Value value, List<Piece> pieces, int round)
    {
        List<Piece> copies = [];
        foreach (Piece[] some in pieces.Chunk(ModelFormat.InputsMax))
        {
            string name = $"{value.Name}_part{round}_{copies.Count}";
            LoweredTensor made = new(name, some.Sum(p => p.Channels), value.Height, value.Width);
            _network.Layers.Add(LinearForms.Identity(name, "Identity", some, made));
            copies.AddRange(Whole(made));
        }

        return copies;
    }

    /// <summary>The value as one tensor of its own; a copy is made where it is only a way of reading.</summary>
    private LoweredTensor Materialized(Value value)
    {
        Piece[] view = ReadView(value);
        if (view.Length == 1 && view[0] is { First: 0, UpsampleShiftX: 0, UpsampleShiftY: 0 } whole && whole.Channels == whole.Tensor.Channels
            && whole.Tensor.Multiply is null)
            return whole.Tensor;
        LinearLayer copy = LinearForms.Identity(value.Name + "_copy", "Identity", view, NewTensor(value));
        _network.Layers.Add(copy);
        SetView(value, copy.Output);
        return copy.Output;
    }

    private static LinearLayer Identity(Node node, Piece[] view) =>
        LinearForms.Identity(node.Name, node.OnnxOperator, view, NewTensor(node.Inputs[0]));

    private static Piece[] Slice(Piece[] view, int first, int count)
    {
        List<Piece> pieces = [];
        int at = 0;
        foreach (Piece piece in view)
        {
            int from = Math.Max(first, at);
            int to = Math.Min(first + count, at + piece.Channels);
            if (from < to)
                pieces.Add(piece with { First = piece.First + from - at, Channels = to - from });
            at += piece.Channels;
        }

        return [.. pieces];
    }

    private void SetView(Value value, LoweredTensor tensor) => _views[value] = Whole(tensor);

    private static Piece[] Whole(LoweredTensor tensor) => [new Piece(tensor, 0, tensor.Channels)];

    private static LoweredTensor NewTensor(Value value) => new(value.Name, value.Channels, value.Height, value.Width);

    private static LoweredTensor NewTensor(Value value, LoweredTensor old) =>
        value.Channels == old.Channels && value.Height == old.Height && value.Width == old.Width ? old : NewTensor(value);
}
