using Barrel.Compiler.Data;
using Barrel.Compiler.Networks;
using Barrel.Runtime;

namespace Barrel.Compiler.Metrics;

/// <summary>
/// Pixels by label and answer, and intersection over union from them: pixels of a class in both ÷ in either. Labels are brought to the
/// mask's size by nearest neighbour. Pixels labelled <see cref="INetwork.IgnoreLabel"/> are not counted at all; a pixel of a real class that the
/// network answers with the ignored one is a miss for its class. A class that no counted label and no counted answer had is left out of the mean.
/// </summary>
internal sealed class SegmentationCounts(InputFormat format, IReadOnlyList<string> classes, int roadClass, int ignoreLabel) : ICounts
{
    private const int Ids = 256;

    // [label, answer].
    private readonly long[] _pixels = new long[Ids * Ids];

    public void Add(INetworkSession session, byte[] codes, Sample sample)
    {
        Mask mask = session.Segment(codes);
        Count(sample.Labels!, mask);
    }

    public void Count(LabelMap labels, Mask mask)
    {
        FrameWindow window = FrameWindow.Of(labels.Width, labels.Height, format);
        var columns = new int[mask.Width];
        for (int x = 0; x < columns.Length; x++)
            columns[x] = window.X + Nearest(x, mask.Width, window.Width);
        for (int y = 0; y < mask.Height; y++)
        {
            int labelRow = (window.Y + Nearest(y, mask.Height, window.Height)) * labels.Width;
            ReadOnlySpan<byte> answers = mask.Ids.Slice(y * mask.Width, mask.Width);
            for (int x = 0; x < answers.Length; x++)
                _pixels[labels.Ids[labelRow + columns[x]] * Ids + answers[x]]++;
        }
    }

    public void Merge(ICounts other)
    {
        long[] pixels = ((SegmentationCounts)other)._pixels;
        for (int i = 0; i < pixels.Length; i++)
            _pixels[i] += pixels[i];
    }

    public EvaluationResult Result(int samples)
    {
        var perClass = new List<KeyValuePair<string, double?>>();
        double? road = null;
        int count = classes.Count > 0 ? classes.Count : GreatestId() + 1;
        for (int id = 0; id < count; id++)
        {
            if (id == ignoreLabel)
                continue;
            double? iou = Iou(id);
            perClass.Add(new(classes.Count > 0 ? classes[id] : $"{id}", iou));
            if (id == roadClass)
                road = iou;
        }

        double[] present = [.. perClass.Where(c => c.Value is not null).Select(c => c.Value!.Value)];
        return new EvaluationResult
        {
            Samples = samples,
            MeanIou = present.Length > 0 ? present.Average() : null,
            RoadIou = road,
            ClassIou = perClass,
            PixelAccuracy = Accuracy(),
        };
    }

    // The input pixel under the centre of an output pixel.
    private static int Nearest(int output, int outputs, int inputs) => (int)((2L * output + 1) * inputs / (2L * outputs));

    private double? Iou(int id)
    {
        long both = _pixels[id * Ids + id], labelled = 0, answered = 0;
        for (int other = 0; other < Ids; other++)
        {
            labelled += _pixels[id * Ids + other];
            answered += other == ignoreLabel ? 0 : _pixels[other * Ids + id];
        }

        long either = labelled + answered - both;
        return either > 0 ? 100.0 * both / either : null;
    }

    private double? Accuracy()
    {
        long right = 0, all = 0;
        for (int i = 0; i < _pixels.Length; i++)
        {
            int label = i / Ids;
            if (label == ignoreLabel)
                continue;
            all += _pixels[i];
            right += label == i % Ids ? _pixels[i] : 0;
        }

        return all > 0 ? 100.0 * right / all : null;
    }

    private int GreatestId()
    {
        int greatest = -1;
        for (int i = 0; i < _pixels.Length; i++)
        {
            if (_pixels[i] > 0 && i / Ids != ignoreLabel)
                greatest = Math.Max(greatest, Math.Max(i / Ids, i % Ids));
        }

        return greatest;
    }
}
