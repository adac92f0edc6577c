namespace Barrel.Runtime.Simd;

/// <summary>A binary layer on vectors.</summary>
internal abstract class BinaryPartedRunner : PartedRunner
{
    /// <summary>Greatest fan-in: counts are kept in 16 bits, signed. Layers of more run on the plain executor's runner.</summary>
    public const int FanInMax = short.MaxValue;

    /// <summary>Vectors of a block.</summary>
    public const int BlockVectorsMax = 4;

    protected int Parts { get; private set; }

    public override bool HasStage => true;

    /// <summary>Packed input, of all threads.</summary>
    public abstract int StageBytes { get; }

    public abstract int TileBytes { get; }

    public abstract int LineBytes { get; }

    /// <summary>Gives the layer what it shares with all others, and cuts its work into as many parts as there are threads.</summary>
    /// <param name="stage">Of at least <see cref="StageBytes"/>.</param>
    /// <param name="scratch">One for each part.</param>
    /// <param name="blocks">Likewise, for the write-out.</param>
    public virtual void Attach(byte[] stage, BinaryScratch[] scratch, BlockScratch[] blocks) => Parts = scratch.Length;

    public override void Run()
    {
        for (int part = 0; part < Parts; part++)
            MakeStage(part);
        for (int part = 0; part < Parts; part++)
            MakeOutput(part);
    }

    protected int Share(int count, int part) => (int)((long)count * part / Parts);
}
