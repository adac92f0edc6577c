namespace Barrel.Nano
{
    /// <summary>Pixels of cameras as grey ones.</summary>
    public static class GreyPixels
    {
        /// <summary>RGB565, the higher byte first: 5/16 red, 9/16 green, 2/16 blue, by shifts and adds.</summary>
        public static void FromRgb565(byte[] source, int sourceAt, byte[] grey, int greyAt, int count)
        {
            for (int end = greyAt + count; greyAt < end; greyAt++)
            {
                int high = source[sourceAt];
                int low = source[sourceAt + 1];
                sourceAt += 2;
                int red = (high & 0xF8) | (high >> 5);
                int green = ((high & 7) << 5) | ((low & 0xE0) >> 3) | ((high & 6) >> 1);
                int blue = ((low & 0x1F) << 3) | ((low & 0x1C) >> 2);
                grey[greyAt] = (byte)(((red << 2) + red + (green << 3) + green + (blue << 1)) >> 4);
            }
        }
    }
}
