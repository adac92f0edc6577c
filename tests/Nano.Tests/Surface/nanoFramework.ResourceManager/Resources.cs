namespace System.Resources
{
    public class ResourceManager
    {
        public extern ResourceManager(string baseName, System.Reflection.Assembly assembly);
    }
}

namespace nanoFramework.Runtime.Native
{
    public sealed class ResourceUtility
    {
        public static extern object GetObject(System.Resources.ResourceManager rm, System.Enum id);

        public static extern object GetObject(System.Resources.ResourceManager rm, System.Enum id, int offset, int length);
    }
}
