namespace Barrel.Compiler.Data;

/// <summary>A segmentation data set for networks that know the road and the rest: one label becomes class 1, the ignored one stays, all others become class 0.</summary>
/// <param name="inner">Taken over.</param>
/// <param name="road">The road's label in it.</param>
/// <param name="ignoreLabel">The label that no metric counts, −1 where there is none.</param>
internal sealed class RoadLabels(IDataSet inner, int road, int ignoreLabel) : IDataSet
{
    public int Count => inner.Count;

    public Sample Load(int index)
    {
        Sample sample = inner.Load(index);
        LabelMap labels = sample.Labels!;
        byte[] ids = Array.ConvertAll(labels.Ids, id => id == ignoreLabel ? id : (byte)(id == road ? 1 : 0));
        return new Sample { Name = sample.Name, Image = sample.Image, Labels = new LabelMap(labels.Width, labels.Height, ids) };
    }

    public void Dispose() => inner.Dispose();
}
