using Barrel.Compiler.Cards;
using Barrel.Compiler.Data;
using Barrel.Runtime;

namespace Barrel.Compiler.Training.Data;

/// <summary>Labelled pictures of one thing each, held in memory.</summary>
internal sealed class ClassificationBatches : IBatches
{
    private readonly Sample[] _samples;
    private readonly InputFormat _format;
    private readonly Augmentation _augmentation;
    private readonly SampleOrder _order;
    private readonly CodeValues _values;

    public ClassificationBatches(Sample[] samples, ModelCard card, InputFormat format, Augmentation augmentation, int size, int seed)
    {
        _samples = samples;
        _format = format;
        _augmentation = augmentation;
        Size = size;
        _order = new SampleOrder(samples.Length, size, seed);
        _values = new CodeValues(card.Input, format);
    }

    public int Count => _samples.Length;

    public int Size { get; }

    public int StepsPerEpoch => _order.StepsPerEpoch;

    public Batch Make(long step)
    {
        int[] taken = _order.Of(step);
        int inputs = _format.ByteCount();
        Batch batch = new(new float[Size * inputs], new long[Size], null, _format.Height, _format.Width);
        FramePlanes planes = new(_format);
        byte[] codes = new byte[inputs];
        for (int i = 0; i < Size; i++)
        {
            Sample sample = _samples[taken[i]];
            Random random = _order.RandomOf(step, i + 1);
            (int, int) size = (sample.Image.Width, sample.Image.Height);
            RgbImage picture = Warp.Random(random, size, size, (1, 1), _augmentation).Cut(sample.Image, sample.Image.Width, sample.Image.Height);
            _augmentation.Tint(random, picture);
            planes.Fill(picture, codes, sample.Name);
            _values.Fill(codes, batch.Inputs.AsSpan(i * inputs, inputs));
            batch.Targets[i] = sample.ClassId;
        }

        return batch;
    }

    public float[] Calibration(int count)
    {
        int inputs = _format.ByteCount();
        float[] values = new float[count * inputs];
        FramePlanes planes = new(_format);
        byte[] codes = new byte[inputs];
        for (int i = 0; i < count; i++)
        {
            Sample sample = _samples[(int)((long)i * Count / count)];
            planes.Fill(sample.Image, codes, sample.Name);
            _values.Fill(codes, values.AsSpan(i * inputs, inputs));
        }

        return values;
    }
}
