using Barrel.Compiler.Networks;
using Barrel.Runtime;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Barrel.Compiler.Peers;

/// <summary>One thread's input and answer of an <see cref="OnnxRuntimeNetwork"/>.</summary>
public sealed class OnnxRuntimeSession : INetworkSession
{
    private readonly OnnxRuntimeNetwork _network;
    private readonly float[] _values;
    private readonly OrtValue _input;
    private readonly RunOptions _options = new();
    private byte[] _mask = [];
    private float[] _scores = [];

    internal OnnxRuntimeSession(OnnxRuntimeNetwork network)
    {
        _network = network;
        _options.LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL;
        _values = new float[network.Input.ByteCount()];
        _input = OrtValue.CreateTensorValueFromMemory(_values, network.InputShape);
    }

    /// <summary>The float input that <see cref="Infer"/> takes.</summary>
    public Span<float> Values => _values;

    /// <summary>Sets <see cref="Values"/> from a frame's codes.</summary>
    public void SetInput(ReadOnlySpan<byte> codes) => _network.Values.Fill(codes, _values);

    /// <summary>Runs the network on <see cref="Values"/>; the caller disposes of the outputs, which are in the file's order.</summary>
    public IDisposableReadOnlyCollection<OrtValue> Infer()
    {
        try
        {
            return _network.Session.Run(_options, [_network.InputName], [_input], _network.OutputNames);
        }
        catch (OnnxRuntimeException e)
        {
            throw new BarrelException(PeerErrors.RunFailed, $"{_network.Name}: ONNX Runtime failed: {e.Message.TrimEnd('.')}", e);
        }
    }

    public Mask Segment(ReadOnlySpan<byte> codes)
    {
        SetInput(codes);
        using IDisposableReadOnlyCollection<OrtValue> outputs = Infer();
        (int channels, int height, int width) = MaskShape(outputs[0]);
        if (_mask.Length != height * width)
            _mask = new byte[height * width];
        switch (outputs[0].GetTensorTypeAndShape().ElementDataType)
        {
            case TensorElementType.Float when channels > 1:
                ArgMax(outputs[0].GetTensorDataAsSpan<float>(), channels, _mask);
                break;
            case TensorElementType.Float when _network.Threshold is float threshold:
                ReadOnlySpan<float> values = outputs[0].GetTensorDataAsSpan<float>();
                for (int i = 0; i < _mask.Length; i++)
                    _mask[i] = (byte)(values[i] > threshold ? 1 : 0);
                break;
            case TensorElementType.Float:
                throw Unfit("is a mask of one channel; name the card's threshold that separates class 1 from class 0");
            case TensorElementType.Int64 when channels == 1:
                ReadOnlySpan<long> ids = outputs[0].GetTensorDataAsSpan<long>();
                for (int i = 0; i < _mask.Length; i++)
                    _mask[i] = ids[i] is >= 0 and <= 255 ? (byte)ids[i] : throw Unfit($"has class id {ids[i]}; 0..255 would be right");
                break;
            default:
                throw Unfit("holds neither floats nor one channel of 64-bit class ids");
        }

        return new Mask(width, height, _mask);
    }

    public ReadOnlySpan<float> Classify(ReadOnlySpan<byte> codes)
    {
        SetInput(codes);
        using IDisposableReadOnlyCollection<OrtValue> outputs = Infer();
        if (outputs[0].GetTensorTypeAndShape().ElementDataType != TensorElementType.Float)
            throw Unfit("does not hold floats; one score a class would be right");
        _scores = outputs[0].GetTensorDataAsSpan<float>().ToArray();
        return _scores;
    }

    public void Dispose()
    {
        _input.Dispose();
        _options.Dispose();
    }

    // [1, C, H, W], or [1, H, W] for one channel.
    private (int Channels, int Height, int Width) MaskShape(OrtValue output)
    {
        long[] shape = output.GetTensorTypeAndShape().Shape;
        bool ok = shape.Length is 3 or 4 && shape[0] == 1 && shape.All(d => d > 0) && (shape.Length == 3 || shape[1] <= 256);
        return ok ? (shape.Length == 4 ? (int)shape[1] : 1, (int)shape[^2], (int)shape[^1])
            : throw Unfit($"has shape [{string.Join(", ", shape)}]; [1, classes up to 256, height, width] would be right for segmentation");
    }

    // Ties go to the lower class, as in the blob.
    private static void ArgMax(ReadOnlySpan<float> planes, int channels, Span<byte> mask)
    {
        Span<float> best = planes[..mask.Length].ToArray();
        mask.Clear();
        for (int c = 1; c < channels; c++)
        {
            ReadOnlySpan<float> plane = planes.Slice(c * mask.Length, mask.Length);
            for (int i = 0; i < plane.Length; i++)
            {
                if (plane[i] > best[i])
                {
                    best[i] = plane[i];
                    mask[i] = (byte)c;
                }
            }
        }
    }

    private BarrelException Unfit(string what) =>
        new(PeerErrors.Output, $"{_network.Name}: output '{_network.OutputNames[0]}' {what}");
}
