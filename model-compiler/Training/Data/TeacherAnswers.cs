using Barrel.Compiler.Cards;
using Barrel.Compiler.Data;
using Barrel.Compiler.Peers;
using Barrel.Runtime;
using Microsoft.ML.OnnxRuntime;

namespace Barrel.Compiler.Training.Data;

/// <summary>A teacher's probabilities for every pixel of every frame, in steps of 1/255, computed once.</summary>
internal sealed class TeacherAnswers
{
    private readonly byte[][] _planes;
    private readonly int[] _areas;

    /// <param name="path">The teacher's ONNX file, with its card beside it.</param>
    /// <param name="samples">Frames.</param>
    /// <param name="classes">That the pupil has. The teacher may have more after them (void, as a rule), which are left out.</param>
    /// <param name="progress">Told after each frame how many are done, of how many.</param>
    /// <exception cref="BarrelException">BRL1604 where the classes differ.</exception>
    public TeacherAnswers(string path, Sample[] samples, IReadOnlyList<string> classes, Action<int, int> progress)
    {
        ModelCard card = ModelCard.For(path, null);
        if (card.Task != Model.TaskSegmentation)
            throw new BarrelException(TrainingErrors.BadTeacher, $"{path}: a teacher with task segmentation in its card would be right");
        if (card.Classes.Length > 0 && !card.Classes.Take(classes.Count).SequenceEqual(classes, StringComparer.OrdinalIgnoreCase))
            throw new BarrelException(TrainingErrors.BadTeacher, $"{path}: its classes are {string.Join(", ", card.Classes)}; {string.Join(", ", classes)} would be right");
        using OnnxRuntimeNetwork network = new(path, card, Environment.ProcessorCount);
        using OnnxRuntimeSession session = network.Open();
        FramePlanes planes = new(network.Input);
        byte[] codes = new byte[network.Input.ByteCount()];
        _planes = new byte[samples.Length][];
        _areas = new int[samples.Length];
        for (int i = 0; i < samples.Length; i++)
        {
            Sample sample = samples[i];
            planes.Fill(sample.Image, codes, sample.Name);
            session.SetInput(codes);
            using IDisposableReadOnlyCollection<OrtValue> outputs = session.Infer();
            long[] shape = outputs[0].GetTensorTypeAndShape().Shape;
            if (shape.Length != 4 || shape[1] < classes.Count)
                throw new BarrelException(TrainingErrors.BadTeacher, $"{path}: answers [{string.Join(", ", shape)}]; [1, {classes.Count} or more, height, width] would be right");
            _areas[i] = sample.Image.Width * sample.Image.Height;
            _planes[i] = Probabilities(outputs[0].GetTensorDataAsSpan<float>(), (int)shape[2], (int)shape[3], classes.Count, sample.Image.Width, sample.Image.Height);
            progress(i + 1, samples.Length);
        }
    }

    /// <summary>Probability of a class at a pixel of a frame.</summary>
    public float Of(int sample, int classId, int pixel) => _planes[sample][(classId * _areas[sample]) + pixel] * (1f / 255);

    private static byte[] Probabilities(ReadOnlySpan<float> scores, int height, int width, int classes, int frameWidth, int frameHeight)
    {
        byte[] planes = new byte[classes * frameWidth * frameHeight];
        Span<float> exponentials = stackalloc float[classes];
        for (int y = 0; y < frameHeight; y++)
            for (int x = 0; x < frameWidth; x++)
            {
                int from = (((2 * y) + 1) * height / (2 * frameHeight) * width) + (((2 * x) + 1) * width / (2 * frameWidth));
                float most = float.NegativeInfinity, sum = 0;
                for (int c = 0; c < classes; c++)
                    most = Math.Max(most, scores[(c * height * width) + from]);
                for (int c = 0; c < classes; c++)
                    sum += exponentials[c] = MathF.Exp(scores[(c * height * width) + from] - most);
                for (int c = 0; c < classes; c++)
                    planes[(((c * frameHeight) + y) * frameWidth) + x] = (byte)((255 * exponentials[c] / sum) + 0.5f);
            }

        return planes;
    }
}
