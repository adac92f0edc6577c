namespace Barrel.Runtime.Tests;

/// <summary>The resize written as its definition, in doubles, one output pixel at a time.</summary>
internal static class FrameInputReference
{
    public static double[] Planes(InputFormat format, byte[] frame, int width, int height, int pixels)
    {
        double usedWidth = width, usedHeight = height;
        if (format.Resize == InputFormat.ResizeCrop)
        {
            usedWidth = Math.Clamp(Math.Floor(((double)height * format.Width / format.Height) + 0.5), 1, width);
            if (usedWidth == width)
                usedHeight = Math.Clamp(Math.Floor(((double)width * format.Height / format.Width) + 0.5), 1, height);
        }

        int left = (width - (int)usedWidth) / 2, top = (height - (int)usedHeight) / 2;
        double[] planes = new double[format.ByteCount()];
        int next = 0;
        for (int channel = 0; channel < format.Channels; channel++)
        {
            for (int y = 0; y < format.Height; y++)
            {
                for (int x = 0; x < format.Width; x++)
                {
                    double sum = 0;
                    for (int row = 0; row < (int)usedHeight; row++)
                    {
                        double weight = Weight(y, format.Height, row, (int)usedHeight);
                        for (int column = 0; weight > 0 && column < (int)usedWidth; column++)
                        {
                            double part = weight * Weight(x, format.Width, column, (int)usedWidth);
                            if (part > 0)
                                sum += part * Value(format, frame, (((top + row) * width) + left + column), channel, pixels);
                        }
                    }

                    planes[next++] = sum;
                }
            }
        }

        return planes;
    }

    private static double Weight(int output, int outputCount, int input, int inputCount)
    {
        double ratio = (double)inputCount / outputCount;
        if (inputCount > outputCount)
            return Math.Max(0, Math.Min(input + 1, (output + 1) * ratio) - Math.Max(input, output * ratio)) / ratio;

        double centre = Math.Clamp(((output + 0.5) * ratio) - 0.5, 0, inputCount - 1);
        return Math.Max(0, 1 - Math.Abs(centre - input));
    }

    private static double Value(InputFormat format, byte[] frame, int pixel, int channel, int pixels)
    {
        if (pixels == FrameInput.PixelsGray8)
            return frame[pixel];
        if (format.ChannelOrder == InputFormat.ChannelsGray)
            return ((77 * frame[3 * pixel]) + (150 * frame[(3 * pixel) + 1]) + (29 * frame[(3 * pixel) + 2])) >> 8;
        return frame[(3 * pixel) + (format.ChannelOrder == InputFormat.ChannelsBgr ? 2 - channel : channel)];
    }
}
