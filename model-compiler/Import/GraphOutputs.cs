using Barrel.Compiler.Graphs;
using Barrel.Runtime;

namespace Barrel.Compiler.Import;

/// <summary>The end of an import: passes over the body, and the steps from its outputs to those of the file.</summary>
internal static class GraphOutputs
{
    public static Graph Build(string name, Value input, string[] outputs, ImportContext context)
    {
        var graph = new Graph { Name = name, Input = input, Body = context.Body, Remarks = context.Remarks };
        HashSet<Hosted> needed = Needed(outputs, context);
        foreach (string output in outputs)
            AddBodyOutputs(graph, context[output], output);
        foreach (Hosted step in context.HostedSteps.Where(needed.Contains))
        {
            foreach (Tensor t in step.Inputs)
                AddBodyOutputs(graph, t, step.Name);
        }
        ActivationGrids.Find(graph);
        Passes.Run(graph);
        foreach (Floor floor in graph.Body.OfType<Floor>())
            throw floor.From.Refused("it is not part of an activation grid",
                "Floor after a Mul and an Add of ½ and before a Clip of whole numbers and a Mul that undoes the first");
        CheckFinite(graph);
        Decode(graph, outputs, needed, context);
        return graph;
    }

    // Weights were finite in the file; folding may have made them overflow.
    private static void CheckFinite(Graph graph)
    {
        foreach (Node node in graph.Body)
        {
            (float[] weights, float[] bias) = node switch
            {
                Convolution c => (c.Weights, c.Bias),
                TransposedConvolution t => (t.Weights, t.Bias),
                _ => ([], []),
            };
            if (Array.Exists(weights, w => !float.IsFinite(w)) || Array.Exists(bias, b => !float.IsFinite(b)))
                throw new BarrelException(ImportErrors.NonFinite,
                    $"operator {node.OnnxOperator}, node '{node.Name}': its weights overflow once scales are folded in: " +
                    "weights are finite");
        }
    }

    private static void AddBodyOutputs(Graph graph, Tensor tensor, string reader)
    {
        if (tensor is Constant or QuantizedActivation)
            throw new BarrelException(ImportErrors.Wiring,
                $"'{OnnxNode.Printable(tensor.Name)}', an output or read by '{OnnxNode.Printable(reader)}', is a " +
                $"{(tensor is Constant ? "constant" : "QuantizeLinear result")}: outputs are floats that the network computes");
        if (tensor is Activation a && !graph.Outputs.Contains(a.Body))
            graph.Outputs.Add(a.Body);
    }

    // Host steps are listed after what they read: one walk backwards finds those that outputs need.
    private static HashSet<Hosted> Needed(string[] outputs, ImportContext context)
    {
        var needed = new HashSet<Hosted>(outputs.Select(o => context[o]).OfType<Hosted>());
        for (int i = context.HostedSteps.Count - 1; i >= 0; i--)
        {
            if (needed.Contains(context.HostedSteps[i]))
                needed.UnionWith(context.HostedSteps[i].Inputs.OfType<Hosted>());
        }
        return needed;
    }

    private static void Decode(Graph graph, string[] outputs, HashSet<Hosted> needed, ImportContext context)
    {
        var views = new Dictionary<(Value, ViewStep), Value>();
        var hosted = new Dictionary<Hosted, Value>();
        foreach (Hosted h in context.HostedSteps.Where(needed.Contains))
        {
            var output = new Value(h.Name, h.Dims);
            hosted.Add(h, output);
            Add(graph, new DecodingStep
            {
                Name = h.Name,
                Operator = h.Operator,
                Inputs = Array.ConvertAll(h.Inputs, t => t is Hosted from ? hosted[from] : View(graph, (Activation)t, views)),
                Output = output,
                Permutation = h.Permutation,
                Axis = h.Axis,
                Starts = h.Starts,
                Strides = h.Strides,
            });
        }
        foreach (string name in outputs)
            graph.DecodedOutputs.Add(context[name] is Hosted h ? hosted[h] : View(graph, (Activation)context[name], views));
    }

    private static Value View(Graph graph, Activation a, Dictionary<(Value, ViewStep), Value> views)
    {
        // A plain value of rank 4 needs no step; of a lower rank it is reshaped.
        if (a.View is null)
            return a.Rank == 4 ? a.Body : Step(graph, a.Body, new ViewStep(null, a.Name, "Reshape", a.Body.Shape, a.Dims, true), views);
        var steps = new Stack<ViewStep>();
        for (ViewStep? s = a.View; s is not null; s = s.Previous)
            steps.Push(s);
        Value value = a.Body;
        foreach (ViewStep s in steps)
            value = Step(graph, value, s, views);
        return value;
    }

    private static Value Step(Graph graph, Value from, ViewStep step, Dictionary<(Value, ViewStep), Value> views)
    {
        if (views.TryGetValue((from, step), out Value? made))
            return made;
        var output = new Value(step.Name, step.ToDims);
        views.Add((from, step), output);
        Add(graph, new DecodingStep
        {
            Name = step.Name,
            Operator = step.Operator,
            Inputs = [from],
            Output = output,
            Permutation = step.Permutation,
            Starts = step.Starts,
            Strides = step.Strides,
        });
        return output;
    }

    private static void Add(Graph graph, DecodingStep step)
    {
        graph.Decoding.Add(step);
        graph.Remarks.Add($"{step.Operator} '{OnnxNode.Printable(step.Name)}': on the host, after the network");
    }
}
