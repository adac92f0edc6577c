using Barrel.Runtime;

namespace Barrel.Compiler.Emitting;

/// <summary>A file of generated C#.</summary>
/// <param name="Name">Of the file, without a folder.</param>
/// <param name="Text">What it holds.</param>
internal sealed record SourceFile(string Name, string Text);

/// <summary>A layer as a class.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="ClassName">Of the class, and of its file.</param>
/// <param name="Text">The class.</param>
/// <param name="IlBytes">What it compiles to, at most.</param>
internal sealed record Piece(Layer Layer, string ClassName, string Text, int IlBytes);

/// <summary>Turns a blob's hot layers into C#.</summary>
internal sealed class NetworkSource
{
    public const string Namespace = "Barrel.Generated";
    public const string ClassName = "Network";

    private readonly Model _model;
    private readonly HotLayer?[] _hot;
    private readonly string[] _why;
    private readonly Piece[][] _pieces;
    private readonly int _assemblyIlBytesMax;

    /// <param name="model">Loaded from a blob in memory.</param>
    /// <param name="assemblyIlBytesMax">IL that an assembly of layers may hold.</param>
    public NetworkSource(Model model, int assemblyIlBytesMax = NanoLimits.AssemblyIlBytesMax)
    {
        _model = model;
        _assemblyIlBytesMax = assemblyIlBytesMax;
        _hot = new HotLayer?[model.Layers.Length];
        _why = new string[model.Layers.Length];
        _pieces = new Piece[model.Layers.Length][];
        Array.Fill(_pieces, []);
        Splits = new int[model.Tensors.Length];
        for (int i = model.Layers.Length - 1; i >= 0; i--)
        {
            int split = Math.Max(1, Splits[model.Layers[i].Output]);
            if (model.Layers[i] is BinaryLayer binary)
            {
                EmitSigns(binary, i);
                continue;
            }

            HotLayer? hot = HotLayer.TryMake(model, i, split, out _why[i]);
            if (hot is not null && Disagreement(hot) is string disagreement)
            {
                _why[i] = disagreement;
                hot = null;
            }

            if (hot is not null)
                hot = Emit(hot);
            _hot[i] = hot;
            if (hot is null)
                continue;
            Splits[hot.Layer.Output] = split;
            foreach ((int tensor, int wanted) in Wanted(hot))
                Splits[tensor] = wanted;
        }
    }

    /// <summary>[tensor]: phases of columns in words; 0 where it is never there.</summary>
    public int[] Splits { get; }

    /// <summary>Layers that are generated.</summary>
    public IEnumerable<HotLayer> Hot => _hot.OfType<HotLayer>();

    /// <summary>Layers that run from the blob, and why.</summary>
    public IEnumerable<(Layer Layer, string Why)> Others => _model.Layers.Select((l, i) => (l, _why[i])).Where((_, i) => _pieces[i].Length == 0);

    /// <summary>All classes of layers, in the order of the layers.</summary>
    public IEnumerable<Piece> Pieces => _pieces.SelectMany(p => p);

    /// <summary>Assemblies that the layers take.</summary>
    public int PartCount => Parts().Length;

    /// <summary>The classes, and a list of them for the project of each assembly; those of the second assembly on have a folder each.</summary>
    public IEnumerable<SourceFile> Files()
    {
        Piece[][] parts = Parts();
        for (int p = 0; p < parts.Length; p++)
        {
            string folder = p == 0 ? "" : $"Part{p + 1}/";
            List<SourceFile> files = [.. parts[p].Select(piece => new SourceFile($"{folder}{piece.ClassName}.cs", InNamespace(piece.Text)))];
            if (p == 0)
                files.Insert(0, new SourceFile($"{ClassName}.cs", Network()));
            foreach (SourceFile file in files)
                yield return file;
            yield return ItemList.Of(folder, files);
        }
    }

    /// <summary>Layers in order, cut where an assembly would hold more IL than it may.</summary>
    private Piece[][] Parts()
    {
        List<List<Piece>> parts = [[]];
        int bytes = 0;
        foreach (Piece piece in Pieces)
        {
            bytes += piece.IlBytes;
            if (bytes > _assemblyIlBytesMax)
            {
                parts.Add([]);
                bytes = piece.IlBytes;
            }

            parts[^1].Add(piece);
        }

        return [.. parts.Select(p => p.ToArray())];
    }

    /// <summary>Writes a layer; null where not even an assembly of its own would hold it.</summary>
    private HotLayer? Emit(HotLayer hot)
    {
        LayerSource source = new(hot);
        string text = source.Write();
        return Keep(hot.Index, [new Piece(hot.Layer, LayerSource.NameOf(hot.Index), text, source.IlBytes)]) ? hot : null;
    }

    private void EmitSigns(BinaryLayer layer, int index)
    {
        TensorInfo input = _model.Tensors[layer.Input];
        TensorInfo output = _model.Tensors[layer.Output];
        int words = BinaryRunner.WindowWords(layer, input);
        _why[index] = SignsSource.WhyNot(layer, words);
        if (_why[index].Length > 0)
            return;
        SignsSource source = new(layer, index, output.Height * output.Width);
        Keep(index, [.. source.Write(BinaryRunner.Arranged(layer, input), words)]);
    }

    private bool Keep(int index, Piece[] pieces)
    {
        int most = pieces.Max(p => p.IlBytes);
        if (most > _assemblyIlBytesMax)
        {
            _why[index] = $"it takes about {most:N0} bytes of IL, and an assembly holds {_assemblyIlBytesMax:N0}";
            return false;
        }

        _pieces[index] = pieces;
        return true;
    }

    private string InNamespace(string text) => Header() + $"\nnamespace {Namespace}\n{{\n{Indented(text)}}}\n";

    private static IEnumerable<(int Tensor, int Split)> Wanted(HotLayer hot) =>
        hot.Layer.Inputs.Select(i => (i.Tensor, hot.SplitIn)).Concat(hot.Layer.Skips.Select(s => (s.Tensor, hot.SplitOut)));

    private string? Disagreement(HotLayer hot)
    {
        foreach ((int tensor, int split) in Wanted(hot))
            if (Splits[tensor] != 0 && Splits[tensor] != split)
                return $"it reads a tensor in {split} phases that another layer reads in {Splits[tensor]}";
        return null;
    }

    private string Network()
    {
        CodeText code = new();
        code.Line($"/// <summary>The generated layers of '{LayerSource.Xml(_model.Name)}'.</summary>");
        code.Open($"public sealed class {ClassName} : GeneratedNetwork");
        code.Open("public override long Checksum");
        code.Line($"get {{ return 0x{_model.Checksum:X8}L; }}");
        code.Close();
        code.Line();
        code.Open("public override int SplitOf(int tensor)");
        WriteSwitch(code, "tensor", "0", [.. Splits.Select((split, i) => split == 0 ? null : $"{split}")]);
        code.Close();
        code.Line();
        code.Open("public override GeneratedLayer LayerAt(int index)");
        WriteSwitch(code, "index", "null", [.. _pieces.Select(p => p.Length > 0 && p[0].Layer is TapLayer ? $"new {p[0].ClassName}()" : null)]);
        code.Close();
        code.Line();
        code.Open("public override GeneratedSigns SignsAt(int index)");
        WriteSwitch(code, "index", "null", [.. _pieces.Select(p => p.Length > 0 && p[0].Layer is BinaryLayer ? $"new {p[0].ClassName}()" : null)]);
        code.Close();
        code.Close();
        return InNamespace(code.ToString());
    }

    private static void WriteSwitch(CodeText code, string value, string otherwise, string?[] results)
    {
        if (Array.TrueForAll(results, r => r is null))
        {
            code.Line($"return {otherwise};");
            return;
        }

        code.Open($"switch ({value})");
        for (int i = 0; i < results.Length; i++)
            if (results[i] is string result)
            {
                code.Line($"case {i}:");
                code.Line($"    return {result};");
            }

        code.Line("default:");
        code.Line($"    return {otherwise};");
        code.Close();
    }

    private string Header() => string.Join('\n',
        "// <auto-generated>",
        $"// Made by `barrel compile --emit-csharp` from '{OneLine.Of(_model.Name)}', a blob of {_model.Blob.Length} bytes with CRC-32C {_model.Checksum:X8}.",
        "// It holds that blob's taps: changes belong to the network, not here. A word is eight codes, a byte each; sums are exact.",
        "// </auto-generated>",
        "#pragma warning disable CS0168, CS0219 // Variables that a layer does not need.",
        "using Barrel.Runtime;",
        "");

    private static string Indented(string text) =>
        string.Join('\n', text.Split('\n').Select(l => l.Length == 0 ? l : "    " + l));
}
