using Barrel.Compiler.Data;
using Barrel.Compiler.Networks;
using Barrel.Runtime;

namespace Barrel.Compiler.Reports;

/// <summary>Runs a few frames through the float network and the blob and draws what both answer.</summary>
internal sealed class SampleFrames(INetwork exact, INetwork blob, Model model)
{
    private const int MasksMax = 4;
    private const int AnswersMax = 12;

    /// <summary>Of labelled data, evenly spaced.</summary>
    public FrameGallery Of(IDataSet data)
    {
        FramePlanes planes = new(model.Input);
        return Of(DataSet.Spread(data.Count, CountMax).Select(index =>
        {
            Sample sample = data.Load(index);
            byte[] codes = new byte[model.Input.ByteCount()];
            planes.Fill(sample.Image, codes, sample.Name);
            return (Path.GetFileName(sample.Name), codes, (Sample?)sample);
        }), "Frames of the labelled data, evenly spaced, as the network sees them.");
    }

    /// <summary>Of calibration frames, evenly spaced.</summary>
    public FrameGallery Of(IReadOnlyList<byte[]> frames, bool synthetic) => Of(
        DataSet.Spread(frames.Count, CountMax).Select(i => (FormattableString.Invariant($"frame {i + 1}"), frames[i], (Sample?)null)),
        synthetic ? "Synthetic frames, as no others were given: answers to them mean little." : "Calibration frames, evenly spaced, as the network sees them.");

    private int CountMax => model.Task == Model.TaskSegmentation ? MasksMax : AnswersMax;

    private FrameGallery Of(IEnumerable<(string Name, byte[] Codes, Sample? Sample)> frames, string source)
    {
        if (model.Task is not (Model.TaskSegmentation or Model.TaskClassification))
            return new FrameGallery(model.Task, model.Classes, source, []);
        using INetworkSession one = exact.Open();
        using INetworkSession other = blob.Open();
        return new FrameGallery(model.Task, model.Classes, source,
            [.. frames.Select(f => model.Task == Model.TaskSegmentation ? WithMasks(one, other, f.Name, f.Codes, f.Sample) : WithClasses(one, other, f.Name, f.Codes, f.Sample))]);
    }

    private SampleFrame WithMasks(INetworkSession one, INetworkSession other, string name, byte[] codes, Sample? sample)
    {
        Mask mask = one.Segment(codes);
        (int width, int height) = (mask.Width, mask.Height);
        byte[] exactIds = mask.Ids.ToArray();
        Mask made = other.Segment(codes);
        byte[] madeIds = made.Ids.ToArray();
        SampleFrame frame = new(name, FrameOf(codes))
        {
            Label = sample?.Labels is LabelMap labels ? FramePictures.OfLabel(labels, model.Input, width, height, model.IgnoreLabel) : null,
            Float = FramePictures.OfMask(width, height, exactIds),
            Quantized = FramePictures.OfMask(made.Width, made.Height, madeIds),
            Shown = [.. exactIds.Concat(madeIds).Distinct().Select(id => (int)id)],
        };
        if (exactIds.Length != madeIds.Length)
            return frame;
        int equal = exactIds.Zip(madeIds).Count(p => p.First == p.Second);
        return frame with
        {
            Difference = FramePictures.OfDifference(width, height, exactIds, madeIds),
            EqualPercent = 100.0 * equal / exactIds.Length,
        };
    }

    private SampleFrame WithClasses(INetworkSession one, INetworkSession other, string name, byte[] codes, Sample? sample) => new(name, FrameOf(codes))
    {
        LabelClass = sample?.ClassId ?? -1,
        FloatClass = Greatest(one.Classify(codes)),
        QuantizedClass = Greatest(other.Classify(codes)),
    };

    private Picture FrameOf(byte[] codes) => FramePictures.OfCodes(model.Input, model.Tensors[model.InputTensor], codes);

    private static int Greatest(ReadOnlySpan<float> scores)
    {
        int best = 0;
        for (int i = 1; i < scores.Length; i++)
            if (scores[i] > scores[best])
                best = i;
        return best;
    }
}
