using Barrel.Compiler.Commands;
using Barrel.Compiler.Peers;
using Barrel.Runtime;

namespace Barrel.Compiler.Benching;

/// <summary>Times a blob in every executor of this machine and, beside it, the network that it was compiled from in ONNX Runtime.</summary>
internal sealed class NetworkBench : IDisposable
{
    private const int Seed = 1;
    private const int ComparedFrames = 3;

    private readonly Model _model;
    private readonly List<ExecutorContestant> _ours = [];
    private readonly List<Contestant> _all = [];
    private Int8Census? _census;

    /// <param name="model">The network.</param>
    /// <param name="kinds">Those that are not supported here are left out.</param>
    /// <param name="threads">Numbers of threads for one inference; an executor that has no threads runs once.</param>
    public NetworkBench(Model model, IEnumerable<ExecutorKind> kinds, int[] threads)
    {
        _model = model;
        foreach (ExecutorKind kind in kinds)
            if (kind.IsSupported)
                foreach (int count in kind.IsThreaded ? threads : [1])
                    _ours.Add(new ExecutorContestant(model, kind, count) { Engine = kind.Name, Threads = count });
        _all.AddRange(_ours);
    }

    /// <summary>
    /// Adds ONNX Runtime in float and in 8 bits, once for each number of threads. Fake quantization is taken out of the file first, for both.
    /// </summary>
    /// <exception cref="BarrelException">BRL1301 to BRL1303, BRL1092 where its input is not the blob's; from the data set.</exception>
    public void AddOnnxRuntime(PeerOptions options, TextWriter remarks)
    {
        var peers = new PeerSessions(options, remarks);
        byte[] Codes(OnnxRuntimeNetwork network) => network.Input.ByteCount() == FrameBytes ? Frame(0)
            : throw OptionCheck.Wrong(
                $"--onnx {options.Onnx} takes {network.Input.ByteCount()} values, the blob {FrameBytes}; the network that it was compiled from would be right");
        Contestant Float(int threads) => new OnnxRuntimeContestant(() => peers.OpenFloat(threads), Codes, isFirst: threads == options.Threads[0])
        {
            Engine = BenchResult.OnnxRuntimeFp32, Threads = threads,
        };
        try
        {
            _all.Add(Float(options.Threads[0]));
        }
        catch (BarrelException e) when (peers.FallsBack(e, remarks))
        {
            _all.Add(Float(options.Threads[0]));
        }

        _all.AddRange(options.Threads.Skip(1).Select(Float));
        _census = peers.Census;
        if (_census is not null)
            foreach (int threads in options.Threads)
                _all.Add(new OnnxRuntimeContestant(() => peers.OpenInt8(threads), Codes, isFirst: false)
                {
                    Engine = BenchResult.OnnxRuntimeInt8, Threads = threads,
                });
    }

    /// <summary>Null where all executors give the same bytes on seeded frames, else a line that says which do not.</summary>
    public string? Disagreement()
    {
        for (int i = 0; i < ComparedFrames; i++)
        {
            byte[] codes = Frame(i);
            foreach (ExecutorContestant contestant in _ours)
            {
                contestant.SetInput(codes);
                contestant.Infer();
                foreach (int output in _model.OutputTensors)
                {
                    TensorInfo tensor = _model.Tensors[output];
                    int same = contestant.Output(tensor).CommonPrefixLength(_ours[0].Output(tensor));
                    if (same < tensor.ByteCount())
                        return $"{contestant.Engine} and {_ours[0].Engine} differ: output tensor {output}, byte {same}, frame {i}";
                }
            }
        }

        return null;
    }

    public BenchResult Run(Action<int, int> progress)
    {
        byte[] codes = Frame(0);
        foreach (ExecutorContestant contestant in _ours)
            contestant.SetInput(codes);

        // ONNX Runtime's further threads wait for more work in a loop for a while after each inference: that must not slow down those that run one thread.
        foreach (IGrouping<int, Contestant> alike in _all.GroupBy(c => c.Threads).OrderBy(g => g.Key))
        {
            Contestant[] contestants = [.. alike];
            Rounds.WarmUp(contestants);
            Rounds.Measure(contestants, progress);
        }

        return new BenchResult(_model.Macs, BenchResult.AddsOf(_model), [.. _all.Select(BenchRun.Of)], _census);
    }

    public void Dispose()
    {
        foreach (Contestant contestant in _all)
            contestant.Dispose();
    }

    private TensorInfo Input => _model.Tensors[_model.InputTensor];

    private int FrameBytes => Input.ByteCount();

    /// <summary>Codes of all values, seeded: times depend on them no more than on a photograph's.</summary>
    private byte[] Frame(int index)
    {
        byte[] codes = new byte[FrameBytes];
        var random = new Random(Seed + index);
        random.NextBytes(codes);
        int mask = (1 << Input.Bits) - 1;
        for (int i = 0; i < codes.Length; i++)
            codes[i] = (byte)(codes[i] & mask);
        return codes;
    }
}
