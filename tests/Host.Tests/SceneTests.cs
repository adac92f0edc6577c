using System.Security.Cryptography;
using Barrel.Host.Scenes;

namespace Barrel.Host.Tests;

[TestClass]
public class SceneTests
{
    [TestMethod]
    [DataRow(1, 0L, "813AE3A35DA1DA51")]
    [DataRow(2, 8000L, "82E20F389ED49247")]
    [DataRow(7, 123456L, "A2EEA2E160BC2324")]
    public void FramesAreTheSameBytesEverywhere(int seed, long milliseconds, string expected)
    {
        byte[] rgb = new byte[120 * 90 * 3], labels = new byte[120 * 90];
        Scene scene = new(seed, 120, 90);
        scene.Render(milliseconds, rgb, labels);
        string hash = Convert.ToHexString(SHA256.HashData([.. rgb, .. labels]))[..16];

        // What was rendered before leaves no trace.
        scene.Render(milliseconds + 777, rgb, labels);
        scene.Render(milliseconds, rgb, labels);
        Assert.AreEqual(hash, Convert.ToHexString(SHA256.HashData([.. rgb, .. labels]))[..16]);
        Assert.AreEqual(expected, hash);
    }

    [TestMethod]
    public void LabelsMakeAStreet()
    {
        byte[] rgb = new byte[120 * 90 * 3], labels = new byte[120 * 90];
        bool[] isSeen = new bool[SceneClass.Count];
        for (int seed = 1; seed <= 6; seed++)
        {
            Scene scene = new(seed, 120, 90);
            for (int t = 0; t < 14_000; t += 1000)
            {
                scene.Render(t, rgb, labels);
                int road = 0;
                for (int i = 0; i < labels.Length; i++)
                {
                    isSeen[labels[i]] = true;
                    road += labels[i] == SceneClass.Road ? 1 : 0;
                    int y = i / 120;
                    Assert.IsFalse(labels[i] == SceneClass.Road && y < 30, "road in the sky");
                    Assert.IsFalse(labels[i] == SceneClass.Sky && y > 60, "sky on the ground");
                }

                Assert.IsGreaterThan(labels.Length / 10, road, $"seed {seed}, {t} ms");
            }
        }

        Assert.IsFalse(isSeen.Contains(false), "every class is seen somewhere");
    }

    [TestMethod]
    public void TimeIsContinuous()
    {
        byte[] a = new byte[120 * 90 * 3], b = new byte[120 * 90 * 3];
        Scene scene = new(3, 120, 90);
        for (int t = 0; t < 15_000; t += 500)
        {
            scene.Render(t, a, null);
            scene.Render(t + 10, b, null);
            double difference = 0;
            for (int i = 0; i < a.Length; i++)
                difference += Math.Abs(a[i] - b[i]);
            Assert.IsLessThan(14, difference / a.Length, $"{t} ms");
        }
    }

    [TestMethod]
    public void SomethingCrossesInEveryCycle()
    {
        byte[] rgb = new byte[120 * 90 * 3], labels = new byte[120 * 90];
        for (int seed = 1; seed <= 5; seed++)
        {
            Scene scene = new(seed, 120, 90);
            int most = 0, least = int.MaxValue;
            for (int t = 0; t < 14_000; t += 500)
            {
                scene.Render(t, rgb, labels);
                int inTheWay = 0;
                for (int y = 50; y < 75; y++)
                    inTheWay += labels.AsSpan((y * 120) + 50, 20).Count(SceneClass.Car);
                most = Math.Max(most, inTheWay);
                least = Math.Min(least, inTheWay);
            }

            Assert.IsGreaterThan(200, most, $"seed {seed}");
            Assert.IsLessThan(60, least, $"seed {seed}");
        }
    }
}
