using Barrel.Compiler.Import.Onnx;
using Barrel.Runtime;

namespace Barrel.Compiler.Import;

/// <summary>One node of the file: its attributes by name and type, and errors that say where it is.</summary>
internal sealed class OnnxNode
{
    private const int NameLengthMax = 80;

    private readonly Dictionary<string, AttributeProto> attributes = [];
    private readonly string[] supported;

    public OnnxNode(NodeProto proto, int opset)
    {
        Operator = Printable(proto.OpType);
        Domain = proto.Domain is "" or "ai.onnx" ? "" : Printable(proto.Domain);
        Opset = opset;
        Inputs = [.. proto.Input];
        Outputs = [.. proto.Output];
        Name = Printable(proto.Name.Length > 0 ? proto.Name : Outputs.Length > 0 ? Outputs[0] : "");
        Description = Domain.Length == 0
            ? $"operator {Operator} (opset {opset}), node '{Name}'"
            : $"operator {Domain}.{Operator}, node '{Name}'";
        OperatorImport? known = Domain.Length == 0 ? OperatorTable.Find(proto.OpType) : null;
        Import = known ?? throw new BarrelException(ImportErrors.Operator, $"{Description}: supported are {OperatorTable.Names}");
        supported = known.Attributes;
        foreach (AttributeProto a in proto.Attribute)
        {
            if (a.RefAttrName.Length > 0)
                throw Unsupported(a.Name, "a reference to a function's attribute", "values");
            if (Array.IndexOf(supported, a.Name) < 0)
                throw Unsupported(a.Name, "unknown", supported.Length == 0 ? "no attributes" : string.Join(", ", supported));
            if (!attributes.TryAdd(a.Name, a))
                throw Unsupported(a.Name, "given twice", "one value");
        }
    }

    public string Operator { get; }

    public string Domain { get; }

    public int Opset { get; }

    public string Name { get; }

    public string[] Inputs { get; }

    public string[] Outputs { get; }

    /// <summary>The row of the operator table.</summary>
    public OperatorImport Import { get; }

    /// <summary>Operator, opset and name, as error messages begin.</summary>
    public string Description { get; }

    public bool HasInput(int index) => index < Inputs.Length && Inputs[index].Length > 0;

    public bool HasAttribute(string name) => attributes.ContainsKey(name);

    public long Int(string name, long otherwise) => Find(name, AttributeProto.Types.AttributeType.Int)?.I ?? otherwise;

    /// <summary>An attribute that is 0 or 1.</summary>
    public bool Flag(string name, bool otherwise)
    {
        long value = Int(name, otherwise ? 1 : 0);
        return value is 0 or 1 ? value == 1 : throw Unsupported(name, value.ToString(), "0, 1");
    }

    public float Float(string name, float otherwise)
    {
        float value = Find(name, AttributeProto.Types.AttributeType.Float)?.F ?? otherwise;
        return float.IsNaN(value) ? throw Unsupported(name, "NaN", "numbers") : value;
    }

    public long[]? Ints(string name) => Find(name, AttributeProto.Types.AttributeType.Ints)?.Ints.ToArray();

    public float[]? Floats(string name) => Find(name, AttributeProto.Types.AttributeType.Floats)?.Floats.ToArray();

    public TensorProto? Tensor(string name) => Find(name, AttributeProto.Types.AttributeType.Tensor)?.T;

    /// <summary>A text attribute that must be one of <paramref name="choices"/>; the first is the default.</summary>
    public string Choice(string name, params string[] choices)
    {
        string? value = Find(name, AttributeProto.Types.AttributeType.String)?.S.ToStringUtf8();
        if (value is null)
            return choices[0];
        return Array.IndexOf(choices, value) >= 0 ? value : throw Unsupported(name, $"'{Printable(value)}'", string.Join(", ", choices));
    }

    public BarrelException Unsupported(string attribute, string came, string supportedAre) => new(ImportErrors.Attribute,
        $"{Description}, attribute {Printable(attribute)}: came {came}, supported are {supportedAre}");

    public BarrelException BadShape(string came, string right) => new(ImportErrors.Shape, $"{Description}: {came}: {right}");

    public BarrelException Refused(string came, string supportedAre) => new(ImportErrors.Operator,
        $"{Description}: {came}: supported are {supportedAre}");

    /// <summary>A name from the file, cut and cleaned so that it fits one line of a message.</summary>
    public static string Printable(string name)
    {
        string cut = name.Length <= NameLengthMax ? name : name[..NameLengthMax] + "…";
        return string.Create(cut.Length, cut, static (to, from) =>
        {
            for (int i = 0; i < to.Length; i++)
                to[i] = char.IsControl(from[i]) ? '?' : from[i];
        });
    }

    private AttributeProto? Find(string name, AttributeProto.Types.AttributeType type)
    {
        System.Diagnostics.Debug.Assert(Array.IndexOf(supported, name) >= 0, $"{Operator}.{name} is not in the operator table");
        if (!attributes.TryGetValue(name, out AttributeProto? a))
            return null;
        // Files of IR version 1 leave the type out.
        if (a.Type != type && a.Type != AttributeProto.Types.AttributeType.Undefined)
            throw Unsupported(name, $"the type {a.Type}", type.ToString());
        if (type == AttributeProto.Types.AttributeType.Tensor && a.T is null)
            throw Unsupported(name, "no tensor", "a tensor");
        return a;
    }
}
