using TorchSharp;
using Barrel.Compiler.Training.Grids;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Barrel.Compiler.Training.Loop;

/// <summary>
/// Moves parameters against their gradients. TorchSharp's own optimizers do not show their moments, and a training that was interrupted cannot go on to the same
/// result without them.
/// </summary>
internal abstract class Optimizer(IEnumerable<Parameter> parameters)
{
    protected Parameter[] Parameters { get; } = [.. parameters];

    /// <summary>What a checkpoint keeps, by name.</summary>
    public abstract IEnumerable<(string Name, Tensor Values)> State { get; }

    public void ClearGradients()
    {
        foreach (Parameter parameter in Parameters)
            parameter.grad?.zero_();
    }

    /// <summary>Shortens all gradients together to a length; returns what they had.</summary>
    public double Clip(double length)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable off = no_grad();
        double squares = 0;
        foreach (Parameter parameter in Parameters)
            squares += parameter.grad is Tensor g ? g.square().sum().item<float>() : 0;
        double norm = Math.Sqrt(squares);
        if (double.IsFinite(norm) && norm > length)
        {
            using Tensor factor = tensor((float)(length / norm));
            foreach (Parameter parameter in Parameters)
                parameter.grad?.mul_(factor);
        }

        return norm;
    }

    /// <param name="rate">Learning rate.</param>
    /// <param name="step">Steps made before this one.</param>
    public void Step(double rate, long step)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable off = no_grad();
        for (int i = 0; i < Parameters.Length; i++)
            if (Parameters[i].grad is Tensor gradient)
                Move(i, gradient, rate, step);
    }

    protected abstract void Move(int index, Tensor gradient, double rate, long step);

    protected static Tensor[] Moments(Parameter[] parameters) => [.. parameters.Select(p => zeros_like(p.detach()).DetachFromDisposeScope())];

    /// <summary>A number for one call, kept alive by the scope around it.</summary>
    protected static Tensor Number(double value) => tensor((float)value);
}

/// <summary>AdamW (Loshchilov and Hutter): Adam with the decay of weights apart from the gradient. Only what has more than one dimension decays.</summary>
internal sealed class AdamW : Optimizer
{
    private const double Beta1 = 0.9;
    private const double Beta2 = 0.999;

    private readonly double _decay;
    private readonly Tensor[] _first;
    private readonly Tensor[] _second;

    public AdamW(IEnumerable<Parameter> parameters, double decay)
        : base(parameters)
    {
        _decay = decay;
        _first = Moments(Parameters);
        _second = Moments(Parameters);
    }

    public override IEnumerable<(string Name, Tensor Values)> State =>
        _first.Select((t, i) => ($"first.{i}", t)).Concat(_second.Select((t, i) => ($"second.{i}", t)));

    protected override void Move(int index, Tensor gradient, double rate, long step)
    {
        _first[index].mul_(Scalars.Of(Beta1)).PlusOwn(gradient * Scalars.Of(1 - Beta1));
        _second[index].mul_(Scalars.Of(Beta2)).PlusOwn(gradient.square().mul_(Scalars.Of(1 - Beta2)));
        double root = Math.Sqrt(1 - Math.Pow(Beta2, step + 1));
        Tensor by = _first[index] / _second[index].sqrt().div_(Number(root)).PlusOwn(1e-8);
        if (_decay > 0 && Parameters[index].dim() > 1)
            Parameters[index].mul_(Number(1 - (rate * _decay)));
        Parameters[index].MinusOwn(by.mul_(Number(rate / (1 - Math.Pow(Beta1, step + 1)))));
    }
}

/// <summary>Gradient descent with momentum.</summary>
internal sealed class Sgd : Optimizer
{
    private const double Momentum = 0.9;

    private readonly double _decay;
    private readonly Tensor[] _speed;

    public Sgd(IEnumerable<Parameter> parameters, double decay)
        : base(parameters)
    {
        _decay = decay;
        _speed = Moments(Parameters);
    }

    public override IEnumerable<(string Name, Tensor Values)> State => _speed.Select((t, i) => ($"speed.{i}", t));

    protected override void Move(int index, Tensor gradient, double rate, long step)
    {
        Tensor slope = _decay > 0 && Parameters[index].dim() > 1 ? gradient.Plus(Parameters[index] * Scalars.Of(_decay)) : gradient;
        _speed[index].mul_(Scalars.Of(Momentum)).PlusOwn(slope);
        Parameters[index].MinusOwn(_speed[index] * Number(rate));
    }
}
