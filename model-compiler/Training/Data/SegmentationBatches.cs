using Barrel.Compiler.Data;
using Barrel.Runtime;

namespace Barrel.Compiler.Training.Data;

/// <summary>Windows of labelled frames, held in memory.</summary>
internal sealed class SegmentationBatches : IBatches
{
    private readonly Sample[] _samples;
    private readonly TeacherAnswers? _teacher;
    private readonly SegmentationTask _task;
    private readonly SampleOrder _order;
    private readonly InputFormat _crop;
    private readonly CodeValues _values;

    /// <param name="samples">Frames with labels.</param>
    /// <param name="teacher">Its answers to the same frames, or null.</param>
    /// <param name="task">Sizes, classes and augmentation.</param>
    /// <param name="size">Samples a batch.</param>
    /// <param name="seed">Of order and augmentation.</param>
    public SegmentationBatches(Sample[] samples, TeacherAnswers? teacher, SegmentationTask task, int size, int seed)
    {
        _samples = samples;
        _teacher = teacher;
        _task = task;
        Size = size;
        _order = new SampleOrder(samples.Length, size, seed);
        _crop = task.Card.Input.ToFormat([1, task.Format.Channels, task.CropHeight, task.CropWidth], "crop");
        _values = new CodeValues(task.Card.Input, task.Format);
    }

    public int Count => _samples.Length;

    public int Size { get; }

    public int StepsPerEpoch => _order.StepsPerEpoch;

    public Batch Make(long step)
    {
        int[] taken = _order.Of(step);
        int inputs = _crop.ByteCount();
        int targetHeight = _task.CropHeight / _task.CellSide, targetWidth = _task.CropWidth / _task.CellSide;
        Batch batch = new(
            new float[Size * inputs],
            new long[Size * targetHeight * targetWidth],
            _teacher is null ? null : new float[Size * _task.Classes * targetHeight * targetWidth],
            _task.CropHeight,
            _task.CropWidth);
        FramePlanes planes = new(_crop);
        byte[] codes = new byte[inputs];
        for (int i = 0; i < Size; i++)
        {
            Random random = _order.RandomOf(step, i + 1);
            Sample sample = _samples[taken[i]];
            int fine = _task.Oversampling(sample.Image.Width);
            (int Width, int Height) target = (_task.CropWidth * fine, _task.CropHeight * fine);
            (double, double) scale = ((double)_task.Format.Width * fine / sample.Image.Width, (double)_task.Format.Height * fine / sample.Image.Height);
            Warp warp = Warp.Random(random, (sample.Image.Width, sample.Image.Height), target, scale, _task.Augmentation);
            RgbImage picture = warp.Cut(sample.Image, target.Width, target.Height);
            _task.Augmentation.Tint(random, picture);
            planes.Fill(picture, codes, sample.Name);
            _values.Fill(codes, batch.Inputs.AsSpan(i * inputs, inputs));
            Fill(batch, i, taken[i], warp, fine * _task.CellSide, targetHeight, targetWidth);
        }

        return batch;
    }

    public float[] Calibration(int count)
    {
        int inputs = _task.Format.ByteCount();
        float[] values = new float[count * inputs];
        FramePlanes planes = new(_task.Format);
        byte[] codes = new byte[inputs];
        for (int i = 0; i < count; i++)
        {
            Sample sample = _samples[(int)((long)i * Count / count)];
            planes.Fill(sample.Image, codes, sample.Name);
            _values.Fill(codes, values.AsSpan(i * inputs, inputs));
        }

        return values;
    }

    private void Fill(Batch batch, int index, int sample, Warp warp, int side, int height, int width)
    {
        LabelMap labels = _samples[sample].Labels!;
        int area = height * width;
        for (int y = 0, to = index * area; y < height; y++)
            for (int x = 0; x < width; x++, to++)
            {
                int from = warp.Nearest((x + 0.5) * side, (y + 0.5) * side, labels.Width, labels.Height);
                batch.Targets[to] = from < 0 ? Batch.Ignored : _task.ClassOf(labels.Ids[from]);
                if (batch.Answers is null)
                    continue;
                for (int c = 0; c < _task.Classes; c++)
                    batch.Answers[(((index * _task.Classes) + c) * area) + (y * width) + x] = from < 0 ? 0 : _teacher!.Of(sample, c, from);
            }
    }
}
