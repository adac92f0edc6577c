namespace Barrel.Compiler.Graphs;

/// <summary>What every imported body goes through, in this order; each pass keeps what the network computes.</summary>
internal static class Passes
{
    public static void Run(Graph graph)
    {
        DropUnread(graph);
        AffineFolding.Run(graph);
        ChannelSelectionFolding.Run(graph);
        PaddingFolding.Run(graph);
    }

    // Nodes of which only the shape was asked.
    private static void DropUnread(Graph graph)
    {
        var read = new HashSet<Value>(graph.Outputs);
        for (int i = graph.Body.Count - 1; i >= 0; i--)
        {
            if (read.Contains(graph.Body[i].Output))
                read.UnionWith(graph.Body[i].Inputs);
        }
        graph.Body.RemoveAll(n => !read.Contains(n.Output));
    }
}
