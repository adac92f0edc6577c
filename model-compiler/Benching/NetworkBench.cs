using Barrel.Compiler.Cards;
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

    /// <param name="model">The network.</param>
    /// <param name="kinds">Those that are not supported here are left out.</param>
    /// <param name="threads">Threads for one inference of ours.</param>
    public NetworkBench(Model model, IEnumerable<ExecutorKind> kinds, int threads)
    {
        _model = model;
        foreach (ExecutorKind kind in kinds)
            if (kind.IsSupported)
                _ours.Add(new ExecutorContestant(model, kind, threads) { Engine = kind.Name });
        _all.AddRange(_ours);
    }

    /// <summary>Adds ONNX Runtime in float. Fake quantization is taken out of the file first; <paramref name="remark"/> is told.</summary>
    /// <exception cref="BarrelException">BRL1301 to BRL1303, BRL1092 where its input is not the blob's.</exception>
    public void AddOnnxRuntime(string path, int threads, Action<string> remark)
    {
        ModelCard card = ModelCard.For(path, null);
        (byte[] file, int removed) = FakeQuantization.Strip(File.ReadAllBytes(path));
        byte[] Codes(OnnxRuntimeNetwork network) => network.Input.ByteCount() == FrameBytes ? Frame(0)
            : throw OptionCheck.Wrong($"--onnx {path} takes {network.Input.ByteCount()} values, the blob {FrameBytes}; the network that it was compiled from would be right");
        OnnxRuntimeContestant Open(Func<OnnxRuntimeNetwork> open) => new(open, Codes) { Engine = BenchResult.OnnxRuntimeFp32 };
        if (removed > 0)
        {
            try
            {
                _all.Add(Open(() => new OnnxRuntimeNetwork(path, file, card, threads)));
                remark($"{removed} nodes that only imitate quantization are left out for ONNX Runtime");
                return;
            }
            catch (BarrelException e) when (e.Code is PeerErrors.NotLoaded or PeerErrors.RunFailed)
            {
                remark($"warning: {path} runs with its fake quantization: ONNX Runtime does not take it without");
            }
        }

        _all.Add(Open(() => new OnnxRuntimeNetwork(path, card, threads)));
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
        Rounds.WarmUp(_all);
        Rounds.Measure(_all, progress);
        return new BenchResult(_model.Macs, BenchResult.AddsOf(_model), [.. _all.Select(BenchRun.Of)]);
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
