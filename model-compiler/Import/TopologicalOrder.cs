using Barrel.Compiler.Import.Onnx;
using Barrel.Runtime;

namespace Barrel.Compiler.Import;

/// <summary>
/// Nodes in an order in which every value is made before it is read (files need not be sorted), without those that no output needs.
/// Iterative and linear in the file, and ties keep the file's order, so that the same file always gives the same graph.
/// </summary>
internal static class TopologicalOrder
{
    /// <param name="nodes">The file's nodes, in any order.</param>
    /// <param name="given">Values that exist without a node: inputs and initializers.</param>
    /// <param name="outputs">The values wanted.</param>
    public static List<NodeProto> Sort(IReadOnlyList<NodeProto> nodes, IReadOnlySet<string> given, IEnumerable<string> outputs)
    {
        Dictionary<string, int> producer = Producers(nodes, given);
        bool[] live = Live(nodes, producer, given, outputs);
        var waiting = new int[nodes.Count];
        var readers = new List<int>?[nodes.Count];
        for (int i = 0; i < nodes.Count; i++)
        {
            foreach (string input in nodes[i].Input)
            {
                if (!live[i] || !producer.TryGetValue(input, out int p))
                    continue;
                waiting[i]++;
                (readers[p] ??= []).Add(i);
            }
        }
        var ready = new PriorityQueue<int, int>();
        int liveCount = 0;
        for (int i = 0; i < nodes.Count; i++)
        {
            if (!live[i])
                continue;
            liveCount++;
            if (waiting[i] == 0)
                ready.Enqueue(i, i);
        }
        var order = new List<NodeProto>(liveCount);
        while (ready.TryDequeue(out int n, out _))
        {
            order.Add(nodes[n]);
            foreach (int reader in readers[n] ?? [])
            {
                if (--waiting[reader] == 0)
                    ready.Enqueue(reader, reader);
            }
        }
        if (order.Count < liveCount)
        {
            int stuck = Array.FindIndex(waiting, w => w > 0);
            throw new BarrelException(ImportErrors.Wiring,
                $"operator {OnnxNode.Printable(nodes[stuck].OpType)}, node '{OnnxNode.Printable(nodes[stuck].Name)}' " +
                "waits for its own output: the network must have no cycle");
        }
        return order;
    }

    private static Dictionary<string, int> Producers(IReadOnlyList<NodeProto> nodes, IReadOnlySet<string> given)
    {
        var producer = new Dictionary<string, int>();
        for (int i = 0; i < nodes.Count; i++)
        {
            foreach (string output in nodes[i].Output)
            {
                if (output.Length > 0 && (given.Contains(output) || !producer.TryAdd(output, i)))
                    throw new BarrelException(ImportErrors.Wiring,
                        $"value '{OnnxNode.Printable(output)}' is made twice: every value has one maker");
            }
        }
        return producer;
    }

    private static bool[] Live(IReadOnlyList<NodeProto> nodes, Dictionary<string, int> producer, IReadOnlySet<string> given,
        IEnumerable<string> outputs)
    {
        var live = new bool[nodes.Count];
        var wanted = new Stack<(string Value, string By)>();
        foreach (string output in outputs)
            wanted.Push((output, "the network's outputs"));
        while (wanted.TryPop(out (string Value, string By) want))
        {
            if (want.Value.Length == 0 || given.Contains(want.Value))
                continue;
            if (!producer.TryGetValue(want.Value, out int p))
                throw new BarrelException(ImportErrors.Wiring,
                    $"value '{OnnxNode.Printable(want.Value)}', read by {want.By}, is missing: " +
                    "it must be an input, an initializer or a node's output");
            if (live[p])
                continue;
            live[p] = true;
            string by = $"node '{OnnxNode.Printable(nodes[p].Name)}' ({OnnxNode.Printable(nodes[p].OpType)})";
            foreach (string input in nodes[p].Input)
                wanted.Push((input, by));
        }
        return live;
    }
}
