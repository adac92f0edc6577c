using TorchSharp;
using static TorchSharp.torch;

namespace Barrel.Compiler.Training.Networks;

/// <summary>What a layer saw on some frames.</summary>
/// <param name="Inputs">Mean square of each input channel.</param>
/// <param name="Outputs">Samples of each channel's sums before the activation.</param>
/// <param name="Gradients">For each row, the squared derivative of a frame's loss by a sum, added over positions, mean over frames.</param>
internal sealed record LayerCalibration(double[] Inputs, float[][] Outputs, double[] Gradients);

/// <summary>What each layer of a float network sees, for the choice of grids.</summary>
internal sealed class Calibration
{
    private const int SamplesAChannel = 4000;

    private readonly Dictionary<TrainedLayer, LayerCalibration> _seen = [];

    /// <param name="network">Computes in floats, normalization at rest.</param>
    /// <param name="frames">Inputs, each [n, channels, height, width], and the loss of their scores summed over n.</param>
    public Calibration(TrainedNetwork network, IReadOnlyList<(Tensor Input, Func<Tensor, Tensor> Loss)> frames)
    {
        long count = frames.Sum(f => f.Input.shape[0]);
        foreach ((Tensor input, Func<Tensor, Tensor> loss) in frames)
        {
            using DisposeScope scope = NewDisposeScope();
            List<(TrainedLayer Layer, Tensor From, Tensor Sums)> passed = [];
            Tensor scores = network.Forward(input, new Scheme(), isTraining: false, (layer, from, sums) =>
            {
                sums.retain_grad();
                passed.Add((layer, from, sums));
            });
            loss(scores).backward();
            foreach ((TrainedLayer layer, Tensor from, Tensor sums) in passed)
                Add(layer, from, sums, input.shape[0] / (double)count, frames.Count);
        }

        foreach (TrainedLayer layer in network.Layers)
            foreach (TorchSharp.Modules.Parameter parameter in layer.Parameters)
                parameter.grad?.zero_();
    }

    public LayerCalibration Of(TrainedLayer layer) => _seen[layer];

    private void Add(TrainedLayer layer, Tensor from, Tensor sums, double share, int parts)
    {
        using IDisposable off = no_grad();
        double[] inputs = Doubles(from.detach().square().mean([0, 2, 3]));
        double[] gradients = Doubles(sums.grad!.square().sum([0, 2, 3]) / Scalars(sums.shape[0]));
        float[][] outputs = Samples(sums.detach(), SamplesAChannel / parts);
        if (!_seen.TryGetValue(layer, out LayerCalibration? seen))
            _seen[layer] = seen = new LayerCalibration(new double[inputs.Length], [.. outputs.Select(_ => Array.Empty<float>())], new double[gradients.Length]);
        for (int i = 0; i < inputs.Length; i++)
            seen.Inputs[i] += share * inputs[i];
        for (int i = 0; i < gradients.Length; i++)
        {
            seen.Gradients[i] += share * gradients[i];
            seen.Outputs[i] = [.. seen.Outputs[i], .. outputs[i]];
        }
    }

    private static Scalar Scalars(double value) => Grids.Scalars.Of(value);

    private static double[] Doubles(Tensor values) => values.to(float64).contiguous().data<double>().ToArray();

    private static float[][] Samples(Tensor sums, int most)
    {
        Tensor rows = sums.transpose(0, 1).contiguous().flatten(1);
        long length = rows.shape[1];
        long stride = Math.Max(1, length / Math.Max(1, most)) | 1;
        float[] taken = rows.slice(1, 0, length, stride).contiguous().data<float>().ToArray();
        int each = taken.Length / (int)rows.shape[0];
        return [.. Enumerable.Range(0, (int)rows.shape[0]).Select(c => taken[(c * each)..((c + 1) * each)])];
    }
}
