using System.Text;

namespace Barrel.Compiler.Emitting;

/// <summary>C# as it is written, line by line.</summary>
internal sealed class CodeText
{
    private readonly StringBuilder _text = new();
    private int _depth;

    /// <summary>Bytes of IL of all lines, at most.</summary>
    public int IlBytes { get; private set; }

    public void Line(string line = "")
    {
        IlBytes += IlSize.Of(line);
        if (line.Length > 0)
            _text.Append(' ', 4 * _depth).Append(line);
        _text.Append('\n');
    }

    /// <summary>Lines that were written apart.</summary>
    public void Lines(CodeText other)
    {
        foreach (string line in other.ToString().TrimEnd('\n').Split('\n'))
            Line(line);
    }

    /// <summary>A head and an opening brace; what follows is a level deeper.</summary>
    public void Open(string head)
    {
        Line(head);
        Line("{");
        _depth++;
    }

    public void Close()
    {
        _depth--;
        Line("}");
    }

    public override string ToString() => _text.ToString();
}
