using System.Globalization;
using Barrel.Boards;

namespace Barrel.ChipEmulator.Tests;

/// <summary>What 1,000 digits through a binary network of 784-1024-1024-1024-10 neurons ask of the chip, its weights moved ten times over.</summary>
[TestClass]
[DoNotParallelize]
public class SpeedTests
{
    private const int Images = 1000;
    private const int WeightRounds = 10;

    public required TestContext TestContext { get; init; }

    [TestMethod]
    [DataRow("exact", 10)]
    [DataRow("static", 60)]
    [DataRow("static and jitter", 60)]
    [DataRow("faults", 60)]
    public void Thousand_digits_in_time(string kind, double secondsMax)
    {
        BoardChip geometry = Bench.Shipped("tdnn-sram-65nm");
        ChipVariation variation = new()
        {
            SigmaStatic = kind.StartsWith("static", StringComparison.Ordinal) ? 0.1 : 0,
            SigmaJitter = kind.EndsWith("jitter", StringComparison.Ordinal) ? 0.1 : 0,
        };
        EmulatedSpiDevice device = new(new EmulatedChip(geometry, variation: variation, faults: kind == "faults" ? PlantFaults.Random(geometry, 64, 1) : null));
        Random random = new(1);
        TimeSpan before = Environment.CpuUsage.TotalTime; // Nothing else runs in this process, whatever the machine does besides.
        int evaluations = 0;
        long weightBytes = 0;
        foreach ((int segmentsPerChain, int passes) in ((int, int)[])[(13, 27), (17, 35), (17, 35), (17, 1)])
        {
            int last = segmentsPerChain - 1;
            ushort[] within = [.. Enumerable.Range(0, segmentsPerChain).Select(s => ChipState.Segment(s == 0, s == last ? 1 : 64, s))];
            ushort[] config = [.. Enumerable.Range(0, 512).Select(s => within[s % segmentsPerChain])];
            ushort[] input = [.. Enumerable.Range(0, 4 * segmentsPerChain).Select(_ => (ushort)random.Next(65536))];
            byte[] exchange = Frame.Request(1, Frame.Input, input, Frame.Output, 32);
            byte[] answer = new byte[exchange.Length];
            for (int pass = 0; pass < passes; pass++)
            {
                for (int round = 0; round < WeightRounds; round++)
                {
                    for (uint first = 0; first < 2048; first += 256)
                    {
                        Send(device, Frame.Weights + first, [.. Enumerable.Range(0, 256).Select(_ => (ushort)random.Next(65536))]);
                        weightBytes += 512;
                    }
                }

                Send(device, Frame.Config, config);
                Send(device, Frame.Control, [Frame.Auto]);
                for (int image = 0; image < Images; image++)
                    device.TransferFullDuplex(exchange, answer);
                evaluations += Images;
            }
        }

        double seconds = (Environment.CpuUsage.TotalTime - before).TotalSeconds;
        TestContext.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{kind}: {evaluations} evaluations, {weightBytes / 1e6:F1} MB of weights, {seconds:F2} s"));
        Assert.IsLessThan(secondsMax, seconds);
    }

    [TestMethod]
    [DataRow("tdnn-sram-65nm", 0.1)]
    [DataRow("tdnn-sram-65nm", 0)]
    [DataRow("tdnn-reram-blueprint", 0)]
    public void Transfers_allocate_nothing(string board, double sigma)
    {
        ChipVariation variation = new() { SigmaStatic = sigma, SigmaJitter = sigma, PulseFailure = 0.1 };
        EmulatedSpiDevice device = new(new EmulatedChip(Bench.Shipped(board), variation: variation)) { LinkFaults = new LinkFaults { BitErrorRate = 1e-4, RepeatRate = 0.1 } };
        ushort[] words = [.. Enumerable.Range(0, 100).Select(i => (ushort)(0x9000 + (i * 77)))];
        byte[][] requests =
        [
            Frame.Request(1, Frame.Control, [Frame.Auto], 0, 0),
            Frame.Request(1, Frame.Config, words, Frame.Config, 100),
            Frame.Request(1, Frame.Weights, words, Frame.Weights, 100),
            Frame.Request(1, Frame.Weights, new ushort[100], Frame.Weights, 100),
            Frame.Request(1, Frame.Input, words, Frame.Output, 8),
            Frame.Request(1, Frame.Input, words, Frame.Margin, 100),
            Frame.Request(1, Frame.Output, words, 0x99, 1),
        ];
        byte[] answer = new byte[4096];
        long before = 0;
        for (int round = 0; round < 300; round++)
        {
            if (round == 100)
                before = GC.GetAllocatedBytesForCurrentThread();
            foreach (byte[] request in requests)
                device.TransferFullDuplex(request, answer.AsSpan(0, request.Length));
        }

        Assert.AreEqual(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static void Send(EmulatedSpiDevice device, uint address, ushort[] data)
    {
        byte[] sent = Frame.Request(1, address, data, 0, 0);
        byte[] received = new byte[sent.Length];
        device.TransferFullDuplex(sent, received);
        Assert.AreEqual(0, Frame.Word(received, 10 + data.Length) & 15);
    }
}
