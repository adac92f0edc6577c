namespace Barrel.Runtime
{
    /// <summary>Runs a <see cref="BinaryLayer"/> by the digital model of its chains, thresholds as constant PEs: what a TDNN chip does, exactly.</summary>
    internal sealed class ChainRunner : LayerRunner
    {
        private readonly ChainLayer _layer;

        public ChainRunner(Model model, BinaryLayer layer, byte[] arena)
        {
            _layer = new ChainLayer(model, layer, arena);
        }

        public override void Run()
        {
            NeuronChains chains = _layer.Chains;
            for (int position = 0; position < _layer.Positions; position++)
            {
                _layer.Gather(position);
                if (!chains.IsSign)
                    _layer.BeginSums(position);
                int first = 0;
                for (int row = 0; row < chains.Layer.Rows; row++)
                {
                    int sum = Sum(chains, row, first);
                    if (chains.IsSign)
                        _layer.WriteSign(row, position, sum > 0);
                    else
                        _layer.WriteSum(row, sum);
                    first += chains.WordsPerRow;
                }
            }
        }

        private int Sum(NeuronChains chains, int row, int first)
        {
            int code = chains.FixedCodeOf(row);
            return code < 0 ? Chain.Race(chains.Weights, first, _layer.Inputs, chains.PesOf(row)) : code == 0 ? -1 : 1;
        }
    }
}
