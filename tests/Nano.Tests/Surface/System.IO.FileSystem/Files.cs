namespace System.IO
{
    public enum FileMode
    {
        Open = 3,
    }

    [Flags]
    public enum FileAccess
    {
        Read = 1,
    }

    public static class File
    {
        public static extern bool Exists(string path);
    }

    /// <summary>There a Stream of System.IO.Streams; what is used of it is here.</summary>
    public class FileStream
    {
        public extern FileStream(string path, FileMode mode, FileAccess access);

        public extern long Length { get; }

        public extern long Position { get; set; }

        public extern int Read(byte[] buffer, int offset, int count);
    }
}
