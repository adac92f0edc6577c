namespace Barrel.Runtime
{
    /// <summary>Runs one generated layer: brings what it reads to words before it, and what is read as bytes to the arena after it.</summary>
    internal sealed class GeneratedRunner : LayerRunner
    {
        private readonly GeneratedLayer _layer;
        private readonly ulong[] _words;
        private readonly byte[] _arena;
        private WordPlanes[]? _before;
        private WordPlanes? _after;

        public GeneratedRunner(GeneratedLayer layer, ulong[] words, byte[] arena)
        {
            _layer = layer;
            _words = words;
            _arena = arena;
        }

        public void PackBefore(WordPlanes planes)
        {
            int count = _before == null ? 0 : _before.Length;
            WordPlanes[] more = new WordPlanes[count + 1];
            if (_before != null)
                System.Array.Copy(_before, 0, more, 0, count);
            more[count] = planes;
            _before = more;
        }

        public void UnpackAfter(WordPlanes planes)
        {
            _after = planes;
        }

        public override void Run()
        {
            WordPlanes[]? before = _before;
            if (before != null)
                for (int i = 0; i < before.Length; i++)
                    before[i].Pack(_arena, _words);
            _layer.Run(_words);
            if (_after != null)
                _after.Unpack(_words, _arena);
        }
    }
}
