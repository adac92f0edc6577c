namespace Barrel.Runtime
{
    /// <summary>Runs a <see cref="MaxPoolLayer"/>.</summary>
    internal sealed class MaxPoolRunner : LayerRunner
    {
        private readonly MaxPoolLayer _layer;
        private readonly TensorInfo _source;
        private readonly TensorInfo _made;
        private readonly byte[] _arena;
        private readonly int _sourcePlane;
        private readonly int _rowStep;
        private readonly int _kernelRowStep;
        private readonly int _firstRow;

        public MaxPoolRunner(Model model, MaxPoolLayer layer, byte[] arena)
        {
            _layer = layer;
            _source = model.Tensors[layer.Input];
            _made = model.Tensors[layer.Output];
            _arena = arena;
            _sourcePlane = _source.Height * _source.Width;
            _rowStep = layer.StrideY * _source.Width;
            _kernelRowStep = layer.DilationY * _source.Width;
            _firstRow = -layer.PadTop * _source.Width;
        }

        public override void Run()
        {
            MaxPoolLayer layer = _layer;
            int target = _made.ArenaOffset;
            int plane = _source.ArenaOffset;
            for (int c = 0; c < _made.Channels; c++)
            {
                int top = -layer.PadTop;
                int topStart = plane + _firstRow;
                for (int y = 0; y < _made.Height; y++)
                {
                    int left = -layer.PadLeft;
                    for (int x = 0; x < _made.Width; x++)
                    {
                        _arena[target++] = (byte)Greatest(top, left, topStart);
                        left += layer.StrideX;
                    }

                    top += layer.StrideY;
                    topStart += _rowStep;
                }

                plane += _sourcePlane;
            }
        }

        private int Greatest(int top, int left, int rowStart)
        {
            int best = 0;
            int y = top;
            for (int ky = 0; ky < _layer.KernelHeight; ky++)
            {
                if (y >= 0 && y < _source.Height)
                {
                    int x = left;
                    for (int kx = 0; kx < _layer.KernelWidth; kx++)
                    {
                        if (x >= 0 && x < _source.Width && _arena[rowStart + x] > best)
                            best = _arena[rowStart + x];
                        x += _layer.DilationX;
                    }
                }

                y += _layer.DilationY;
                rowStart += _kernelRowStep;
            }

            return best;
        }
    }
}
