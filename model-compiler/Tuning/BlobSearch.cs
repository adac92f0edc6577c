using System.Globalization;
using Barrel.Compiler.Lowering;
using Barrel.Compiler.Quantizing;
using Barrel.Runtime;

namespace Barrel.Compiler.Tuning;

/// <summary>
/// Finds the lowest price of storage at which a network fits in so many bytes. Terms then go to layers of few weights and many positions, and the adds stay
/// what they were asked to be.
/// </summary>
/// <param name="trials">Compiles.</param>
/// <param name="bytesMax">Bytes of the blob.</param>
/// <param name="say">Takes a line for each price that is tried.</param>
internal sealed class BlobSearch(Func<QuantizeOptions, Trial> trials, int bytesMax, Action<string> say)
{
    /// <summary>Trials after the first; each takes as long as a compilation.</summary>
    private const int StepsMax = 5;

    /// <summary>Share of the bytes that may be left over.</summary>
    private const double Slack = 0.015;

    /// <summary>First price that is tried where the usual one is too low, and the highest, at which storage is all that counts.</summary>
    private const double FirstShare = 4;
    private const double ShareMax = 256;

    /// <exception cref="BarrelException">BRL2003: it does not fit at any price.</exception>
    public Trial Run(QuantizeOptions options)
    {
        Trial low = Try(options);
        if (low.Model.Blob.Length <= bytesMax)
            return low;
        Trial high = low;
        for (double share = FirstShare; share <= ShareMax && high.Model.Blob.Length > bytesMax; share *= 8)
        {
            low = high;
            high = Try(options with { StorageShare = share });
        }

        if (high.Model.Blob.Length > bytesMax)
            throw OutOfReach(high);
        for (int step = 0; step < StepsMax && high.Model.Blob.Length < bytesMax * (1 - Slack); step++)
        {
            Trial middle = Try(options with { StorageShare = Between(low, high) });
            if (middle.Model.Blob.Length <= bytesMax)
                high = middle;
            else
                low = middle;
        }

        say($"chosen: {high.Setting}");
        return high;
    }

    /// <summary>Bytes fall about evenly with the logarithm of the price; a little above what that gives is more often enough.</summary>
    private double Between(Trial low, Trial high)
    {
        double aim = bytesMax * (1 - (Slack / 2));
        double part = (low.Model.Blob.Length - aim) / (low.Model.Blob.Length - high.Model.Blob.Length);
        double from = ExactMath.Log2(low.Options.StorageShare);
        double to = ExactMath.Log2(high.Options.StorageShare);
        return Math.Round(ExactMath.Exp2(from + ((to - from) * Math.Clamp(part, 0.1, 0.9))), 2);
    }

    private Trial Try(QuantizeOptions options)
    {
        Trial trial = trials(options);
        say(string.Create(CultureInfo.InvariantCulture, $"tried {trial.Setting}: {trial.Model.Blob.Length} bytes"));
        return trial;
    }

    private BarrelException OutOfReach(Trial least) => new(
        LoweringErrors.BadOption,
        string.Create(
            CultureInfo.InvariantCulture,
            $"--blob-bytes {bytesMax}: {least.Model.Blob.Length} is the least that {least.Options.AddsPerMac} adds per MAC take; so many bytes, or fewer --adds-per-mac, would be right"));
}
