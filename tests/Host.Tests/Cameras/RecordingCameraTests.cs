using Barrel.Host.Cameras;

namespace Barrel.Host.Tests;

[TestClass]
public class RecordingCameraTests
{
    [TestMethod]
    public void What_is_played_is_what_was_seen()
    {
        string path = Path.Combine(Path.GetTempPath(), $"barrel-seen-{Guid.NewGuid():N}.y4m");
        try
        {
            List<byte[]> seen = [];
            CameraFrame frame = new();
            using (ICamera camera = new RecordingCamera(SceneCamera.Parse("5:66x50:20"), path, TextWriter.Null))
            {
                Assert.AreEqual(20, camera.FramesPerSecond);
                for (int i = 0; i < 8; i++)
                {
                    Assert.IsTrue(camera.Read(frame));
                    seen.Add([.. frame.Rgb]);
                }
            }

            using ICamera played = CameraSources.Open("y4m:" + path, loops: false);
            Assert.AreEqual(20, played.FramesPerSecond);
            for (int i = 0; i < 8; i++)
            {
                Assert.IsTrue(played.Read(frame));
                CollectionAssert.AreEqual(seen[i], frame.Rgb, $"{i}");
                Assert.AreEqual(i * 50, frame.TimestampMs);
            }

            Assert.IsFalse(played.Read(frame));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public void A_full_disk_ends_the_recording_and_not_the_frames()
    {
        using StringWriter log = new();
        CameraFrame frame = new();
        using (RecordingCamera camera = new(SceneCamera.Parse("5:320x240"), "/dev/full", log))
            for (int i = 0; i < 4; i++)
                Assert.IsTrue(camera.Read(frame));
        Assert.HasCount(1, log.ToString().Trim().Split(Environment.NewLine), log.ToString());
        Assert.Contains("the recording '/dev/full' ends here: ", log.ToString());
    }
}
