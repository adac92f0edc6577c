using Barrel.Compiler.Data;
using Barrel.Compiler.Networks;
using Barrel.Compiler.Peers;
using Barrel.Runtime;

namespace Barrel.Compiler.Metrics;

/// <summary>How often the label's score is the greatest, and among the five greatest. Of equal scores the lower class comes first.</summary>
internal sealed class ClassificationCounts(string network, int classCount) : ICounts
{
    private long _samples;
    private long _first;
    private long _firstFive;
    private int _scoreCount;

    public void Add(INetworkSession session, byte[] codes, Sample sample)
    {
        ReadOnlySpan<float> scores = session.Classify(codes);
        if (classCount > 0 && scores.Length != classCount)
            throw new BarrelException(PeerErrors.Output, $"{network}: {scores.Length} scores for the {classCount} classes of its card");
        if (sample.ClassId >= scores.Length)
            throw new BarrelException(DataErrors.LabelOutside, $"{sample.Name}: class {sample.ClassId}, the network has {scores.Length} scores");
        Count(scores, sample.ClassId);
    }

    public void Count(ReadOnlySpan<float> scores, int classId)
    {
        int rank = Rank(scores, classId);
        _samples++;
        _first += rank < 1 ? 1 : 0;
        _firstFive += rank < 5 ? 1 : 0;
        _scoreCount = scores.Length;
    }

    public void Merge(ICounts other)
    {
        var counts = (ClassificationCounts)other;
        _samples += counts._samples;
        _first += counts._first;
        _firstFive += counts._firstFive;
        _scoreCount = Math.Max(_scoreCount, counts._scoreCount);
    }

    public EvaluationResult Result(int samples) => new()
    {
        Samples = samples,
        Top1 = _samples > 0 ? 100.0 * _first / _samples : null,
        Top5 = _samples > 0 && _scoreCount > 5 ? 100.0 * _firstFive / _samples : null,
    };

    private static int Rank(ReadOnlySpan<float> scores, int classId)
    {
        float mine = scores[classId];
        // Comparisons with NaN are false: without this a network of NaNs would always be right.
        if (float.IsNaN(mine))
            return scores.Length;
        int better = 0;
        for (int i = 0; i < scores.Length; i++)
            better += scores[i] > mine || (scores[i] == mine && i < classId) ? 1 : 0;
        return better;
    }
}
