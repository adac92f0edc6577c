using Barrel.Compiler.Packing;
using Barrel.Runtime;
using CsCheck;

namespace Barrel.Compiler.Tests.Packing;

/// <summary>Taps are read as they were written, whatever the scales of the channels.</summary>
[TestClass]
public class TapCodeTests
{
    [TestMethod]
    public void TapsRoundTrip() => Gen.Int[0, int.MaxValue].Each(500, seed =>
        {
            Random r = new(seed);
            TapLayer layer = new()
            {
                Groups = r.Next(1, 4), KernelHeight = r.Next(1, 4), KernelWidth = r.Next(1, 4), PhaseY = r.Next(1, 3), PhaseX = 1, TapsRelative = r.Next(2) == 0,
                Mode = r.Next(3), Output = 1,
            };
            layer.InputChannels = layer.Groups * r.Next(1, 9);
            layer.Rows = layer.Groups * layer.PhaseY * r.Next(1, 9);
            layer.Inputs = [new TapInput { Channels = layer.InputChannels }];
            layer.Shift = [.. Enumerable.Range(0, layer.Rows).Select(_ => (byte)r.Next(32))];
            Model model = new()
            {
                Tensors =
                [
                    new TensorInfo { ScaleExponents = [.. Enumerable.Range(0, layer.InputChannels).Select(_ => (sbyte)r.Next(-7, 8))] },
                    new TensorInfo { ScaleExponents = [.. Enumerable.Range(0, layer.Rows / layer.PhaseY).Select(_ => (sbyte)r.Next(-7, 8))] },
                ],
            };
            TapShape shape = new(
                layer.Groups, layer.InputChannels / layer.Groups, layer.KernelHeight, layer.KernelWidth, TapReader.ChannelBase(model, layer),
                TapReader.RowBase(model, layer));
            TapRow[] rows = [.. Enumerable.Range(0, layer.Rows).Select(_ => RandomRow(r, shape.FanIn))];
            (int lowest, int highest) = TapCode.Window(rows, shape);
            (layer.TapsLowest, layer.TapsLevels) = (lowest, highest - lowest + 1);
            RangeEncoder encoder = new();
            TapCode.Write(encoder, rows, shape, (lowest, highest));
            byte[] code = encoder.Finish();
            layer.Taps = new RangeDecoder(new BlobBytes(code), 0, code.Length);
            AssertReads(rows, model, layer, code.Length);
        });

    [TestMethod]
    public void BitsRoundTrip() => Gen.Int[0, int.MaxValue].Each(300, seed =>
        {
            // Up to the rarest: a carry through a long run of 0xFF, two bytes for one bit.
            Random r = new(seed);
            int[] bits = [.. Enumerable.Range(0, r.Next(20_000)).Select(_ => r.NextDouble() < 0.0005 * (seed & 7) ? 1 : 0)];
            RangeEncoder encoder = new();
            AdaptiveBits written = new(2);
            foreach (int bit in bits)
            {
                encoder.Bit(written, bit & 1, bit);
                encoder.EvenBits(bit * 5, 3);
                encoder.Bit(written, 0, bit);
            }

            byte[] code = encoder.Finish();
            RangeDecoder decoder = new(new BlobBytes(code), 0, code.Length);
            AdaptiveBits read = new(2);
            foreach (int bit in bits)
            {
                Assert.AreEqual(bit, decoder.Bit(read, bit & 1));
                Assert.AreEqual(bit * 5, decoder.EvenBits(3));
                Assert.AreEqual(bit, decoder.Bit(read, 0));
            }

            Assert.AreEqual(code.Length, decoder.Position);
            Assert.IsTrue(decoder.AtEnd);
        });

    private static TapRow RandomRow(Random r, int fanIn)
    {
        List<Tap> taps = [];
        int density = r.Next(101);
        int terms = r.Next(1, 14);
        int[] repeated = [.. Enumerable.Range(0, 31).Where(_ => r.Next(4) == 0)];
        for (int i = 0; i < fanIn; i++)
        {
            if (r.Next(100) >= density)
                continue;
            int[] exponents = r.Next(3) == 0 ? repeated : [.. Enumerable.Range(0, r.Next(1, terms + 1)).Select(_ => r.Next(31)).Distinct()];
            bool negative = r.Next(2) == 0;
            taps.AddRange(exponents.Select(e => new Tap(i, e, negative ^ (terms > 6 && r.Next(2) == 0))));
        }

        return new TapRow { Taps = taps };
    }

    private static void AssertReads(TapRow[] rows, Model model, TapLayer layer, int length)
    {
        TapReader reader = new(model, layer);
        foreach (TapRow row in rows)
        {
            int last = int.MaxValue;
            List<Tap> read = [];
            for (int runs = reader.BeginRow(); runs > 0; runs--)
            {
                int count = reader.BeginRun();
                Assert.IsLessThanOrEqualTo(last, reader.Exponent);
                last = reader.Exponent;
                int index = -1;
                for (; count > 0; count--)
                {
                    int next = reader.NextTap();
                    Assert.IsGreaterThan(index, next);
                    index = next;
                    read.Add(new Tap(next, reader.Exponent, reader.Negative));
                }
            }

            CollectionAssert.AreEquivalent(row.Taps, read);
        }

        Assert.AreEqual(length, reader.Decoder.Position);
        Assert.IsTrue(reader.Decoder.AtEnd);
    }
}
