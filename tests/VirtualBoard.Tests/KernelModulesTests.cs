using System.Text;

namespace Barrel.VirtualBoard.Tests;

[TestClass]
public class KernelModulesTests
{
    [TestMethod]
    public void Modules_come_after_what_they_need_and_once()
    {
        string folder = Directory.CreateTempSubdirectory("barrel-modules-").FullName;
        try
        {
            Write("fs/cuse.ko", "fuse");
            Write("fs/fuse.ko", "");
            Write("media/camera.ko", "video-buffer,fuse");
            Write("media/video_buffer.ko", "fuse");
            Write("media/other.ko", "camera");
            CollectionAssert.AreEqual(new[] { "fuse", "cuse", "video_buffer", "camera" }, Names("cuse", "camera"));
            CollectionAssert.AreEqual(new[] { "fuse", "video_buffer" }, Names("video-buffer"));
            AssertFailedException e = Assert.ThrowsExactly<AssertFailedException>(() => Names("nothing"));
            Assert.Contains("no module nothing", e.Message);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        string[] Names(params string[] names) => [.. KernelModules.InOrder(folder, names).Select(f => Path.GetFileNameWithoutExtension(f))];

        void Write(string file, string needs)
        {
            string path = Path.Combine(folder, file);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, Encoding.ASCII.GetBytes($"\u007fELF license=GPL\0depends={needs}\0intree=Y\0"));
        }
    }
}
