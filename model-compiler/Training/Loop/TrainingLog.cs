using System.Globalization;
using Barrel.Compiler.Commands;
using Barrel.Runtime;

namespace Barrel.Compiler.Training.Loop;

/// <summary>
/// OUT.csv, a row whenever something is measured, for a plot: stage, epoch, step, loss, rate, seconds, then the metric on --validate's data where it was measured.
/// A training that goes on drops the rows after its checkpoint.
/// </summary>
internal sealed class TrainingLog
{
    private const string Header = "stage,epoch,step,loss,rate,seconds,meanIou,roadIou,top1";

    private readonly string _path;

    /// <param name="path">The file.</param>
    /// <param name="stage">Where the training goes on.</param>
    /// <param name="step">Steps made in that stage.</param>
    public TrainingLog(string path, int stage, long step)
    {
        _path = path;
        string[] kept = (stage, step) == (0, 0) || !File.Exists(path) ? [] : [.. File.ReadLines(path).Skip(1).Where(l => IsBefore(l, stage, step))];
        Guarded(() => File.WriteAllLines(path, [Header, .. kept]));
    }

    public void Add(int stage, double epoch, long step, double loss, double rate, double seconds, Metrics.EvaluationResult? result = null) =>
        Guarded(() => File.AppendAllText(_path, string.Create(
            CultureInfo.InvariantCulture,
            $"{stage},{epoch:F2},{step},{loss:F5},{rate:E2},{seconds:F1},{result?.MeanIou:F2},{result?.RoadIou:F2},{result?.Top1:F2}{Environment.NewLine}")));

    private static bool IsBefore(string line, int stage, long step)
    {
        string[] cells = line.Split(',');
        return cells.Length > 2 && int.TryParse(cells[0], out int s) && long.TryParse(cells[2], out long t) && (s < stage || (s == stage && t <= step));
    }

    private void Guarded(Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BarrelException(CommandErrors.Unwritable, $"{_path}: the log cannot be written: {e.Message.TrimEnd('.')}", e);
        }
    }
}
