namespace Barrel.Compiler.Graphs;

/// <summary>Who makes and who reads each value of a body, kept while a pass edits it; <see cref="Apply"/> writes the edits back.</summary>
internal sealed class BodyLinks
{
    private readonly Graph graph;
    private readonly Dictionary<Value, Node> producers = [];
    private readonly Dictionary<Value, List<Node>> readers = [];
    private readonly Dictionary<Node, Node?> edits = [];
    private readonly HashSet<Value> outputs;

    public BodyLinks(Graph graph)
    {
        this.graph = graph;
        outputs = [.. graph.Outputs];
        foreach (Node node in graph.Body)
        {
            producers[node.Output] = node;
            foreach (Value v in node.Inputs)
                Readers(v).Add(node);
        }
    }

    public Node? Producer(Value value) => producers.GetValueOrDefault(value);

    public List<Node> Readers(Value value)
    {
        if (!readers.TryGetValue(value, out List<Node>? list))
            readers[value] = list = [];
        return list;
    }

    public bool IsOutput(Value value) => outputs.Contains(value);

    /// <summary>The one node that reads the value; null where there are more, none, or where the value leaves the network.</summary>
    public Node? OnlyReader(Value value) => Readers(value) is [Node one] && !IsOutput(value) ? one : null;

    /// <summary>Takes a node out; its output must have no readers left when the pass ends.</summary>
    public void Remove(Node node)
    {
        edits[node] = null;
        foreach (Value v in node.Inputs)
            Readers(v).Remove(node);
        if (producers.GetValueOrDefault(node.Output) == node)
            producers.Remove(node.Output);
    }

    /// <summary>Puts <paramref name="node"/> where <paramref name="old"/> was.</summary>
    public void Replace(Node old, Node node)
    {
        Remove(old);
        edits[old] = node;
        producers[node.Output] = node;
        foreach (Value v in node.Inputs)
            Readers(v).Add(node);
    }

    /// <summary>Lets <paramref name="node"/> make another value than before.</summary>
    public void SetOutput(Node node, Value output)
    {
        producers.Remove(node.Output);
        node.Output = output;
        producers[output] = node;
    }

    /// <summary>Lets <paramref name="node"/>, which has one input, read another value than before.</summary>
    public void SetInput(Node node, Value input)
    {
        Readers(node.Inputs[0]).Remove(node);
        node.Inputs = [input];
        Readers(input).Add(node);
    }

    public void Apply()
    {
        var body = new List<Node>(graph.Body.Count);
        foreach (Node node in graph.Body)
        {
            Node? now = edits.TryGetValue(node, out Node? edit) ? edit : node;
            if (now is not null)
                body.Add(now);
        }
        graph.Body.Clear();
        graph.Body.AddRange(body);
    }
}
