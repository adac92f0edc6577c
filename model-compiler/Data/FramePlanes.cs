using Barrel.Runtime;

namespace Barrel.Compiler.Data;

/// <summary>
/// Makes a network's codes from a frame: the whole frame or its centre, resized by area where it shrinks and bilinearly (centres on
/// half pixels) where it grows, in the network's channel order. One a thread: it keeps the tables of the last frame size.
/// </summary>
public sealed class FramePlanes(InputFormat format)
{
    private readonly byte[] _row = new byte[3];
    private FrameWindow _window;
    private (int First, float[] Weights)[] _columns = [];
    private (int First, float[] Weights)[] _rows = [];

    /// <param name="image">The frame.</param>
    /// <param name="codes">Takes [channels, height, width] codes.</param>
    /// <param name="name">The frame's name, for errors.</param>
    public void Fill(RgbImage image, byte[] codes, string name)
    {
        if (format.Flat)
        {
            FillFlat(image, codes, name);
            return;
        }

        FrameWindow window = FrameWindow.Of(image.Width, image.Height, format);
        if (window != _window)
        {
            _window = window;
            _columns = Axis(window.X, window.Width, format.Width);
            _rows = Axis(window.Y, window.Height, format.Height);
        }

        int plane = format.Width * format.Height;
        for (int y = 0; y < format.Height; y++)
        {
            for (int x = 0; x < format.Width; x++)
            {
                Pixel(image, _columns[x], _rows[y]);
                Store(codes, y * format.Width + x, plane);
            }
        }
    }

    private void FillFlat(RgbImage image, byte[] codes, string name)
    {
        int count = image.Width * image.Height;
        if (count > format.Width)
        {
            throw new BarrelException(DataErrors.FrameSize,
                $"{name}: {image.Width}x{image.Height} pixels are more than the {format.Width} values of the network's flat input");
        }

        for (int i = 0; i < count; i++)
        {
            image.Pixels.AsSpan(3 * i, 3).CopyTo(_row);
            Store(codes, i, 0);
        }

        codes.AsSpan(count, format.Width - count).Fill(format.PadCode);
    }

    private void Pixel(RgbImage image, (int First, float[] Weights) column, (int First, float[] Weights) row)
    {
        float red = 0, green = 0, blue = 0;
        for (int j = 0; j < row.Weights.Length; j++)
        {
            for (int i = 0; i < column.Weights.Length; i++)
            {
                float weight = row.Weights[j] * column.Weights[i];
                int at = 3 * ((row.First + j) * image.Width + column.First + i);
                red += weight * image.Pixels[at];
                green += weight * image.Pixels[at + 1];
                blue += weight * image.Pixels[at + 2];
            }
        }

        (_row[0], _row[1], _row[2]) = ((byte)(red + 0.5f), (byte)(green + 0.5f), (byte)(blue + 0.5f));
    }

    private void Store(byte[] codes, int at, int plane)
    {
        if (format.Channels == 1)
        {
            codes[at] = Code((77 * _row[0] + 150 * _row[1] + 29 * _row[2]) >> 8, 0);
            return;
        }

        bool blueFirst = format.ChannelOrder == InputFormat.ChannelsBgr;
        for (int c = 0; c < 3; c++)
            codes[c * plane + at] = Code(_row[blueFirst ? 2 - c : c], c);
    }

    private byte Code(int pixel, int channel) =>
        (byte)(format.Thresholds is null ? pixel : pixel >= format.Thresholds[channel] ? 1 : 0);

    // For each output position the first input position and the weights from there on, summing to 1.
    private static (int First, float[] Weights)[] Axis(int start, int count, int outputs)
    {
        var axis = new (int, float[])[outputs];
        double scale = (double)count / outputs;
        for (int o = 0; o < outputs; o++)
        {
            if (count > outputs)
            {
                double begin = o * scale, end = begin + scale;
                int first = (int)begin, last = Math.Min((int)Math.Ceiling(end - 1e-9), count);
                var weights = new float[last - first];
                for (int i = first; i < last; i++)
                    weights[i - first] = (float)((Math.Min(end, i + 1) - Math.Max(begin, i)) / scale);
                axis[o] = (start + first, weights);
            }
            else
            {
                double position = Math.Clamp((o + 0.5) * scale - 0.5, 0, count - 1);
                int first = (int)position;
                float second = (float)(position - first);
                axis[o] = (start + first, second > 0 ? [1 - second, second] : [1]);
            }
        }

        return axis;
    }
}
