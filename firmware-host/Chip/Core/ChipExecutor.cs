using System;
using Barrel.Runtime;

namespace Barrel.Host.Chip
{
    /// <summary>Takes the error of a chip that failed.</summary>
    internal delegate void ChipFailure(BarrelException error);

    /// <summary>
    /// Runs a model with its placed layers on a chip and the others in software. Where the chip was reset, it is loaded again; where it fails, this is
    /// told once and the placed layers go on in software, to the same bytes.
    /// </summary>
    internal sealed class ChipExecutor : Executor, IDisposable
    {
        /// <summary>A chip that is reset more often in one layer is not worth waiting for.</summary>
        private const int ResetsMax = 3;

        private readonly Executor software;
        private readonly ChipLayerRunner?[] placed;
        private readonly int[] sums;
        private readonly ChipFailure? onFailure;

        /// <param name="software">Runs what is not placed; its arena is shared. Not closed here.</param>
        /// <param name="program">Fills the chip; closed with the executor.</param>
        /// <param name="onFailure">Told when the chip fails, once; without it the error is thrown.</param>
        public ChipExecutor(Executor software, ChipProgram program, ChipFailure? onFailure)
            : base(software)
        {
            this.software = software;
            Program = program;
            this.onFailure = onFailure;
            placed = new ChipLayerRunner?[Model.Layers.Length];
            int most = 0;
            for (int i = 0; i < placed.Length; i++)
            {
                PlacedLayer? layer = program.Placement.Of(i);
                if (layer == null)
                    continue;
                ChipLayerRunner runner = new ChipLayerRunner(program, layer, Model, Arena);
                placed[i] = runner;
                if (runner.SumCount > most)
                    most = runner.SumCount;
            }

            sums = new int[most];
        }

        public override string Name
        {
            get { return software.Name + " with TDNN chip"; }
        }

        /// <summary>False from the chip's failure on.</summary>
        public bool IsOnChip { get; private set; } = true;

        public ChipProgram Program { get; }

        /// <summary>The runner of a layer that is on the chip, or null.</summary>
        public ChipLayerRunner? PlacedAt(int layer)
        {
            return placed[layer];
        }

        public override void Run()
        {
            for (int i = 0; i < placed.Length; i++)
            {
                ChipLayerRunner? runner = placed[i];
                if (runner != null && IsOnChip)
                    RunPlaced(i, runner);
                else
                    software.RunLayer(i);
            }
        }

        /// <summary>
        /// Runs one layer for many frames: each pass is loaded once for all of them. Arenas hold the frames; the executor's own is scratch.
        /// </summary>
        /// <param name="layer">Its index.</param>
        /// <param name="arenas">A frame each.</param>
        public void RunLayer(int layer, byte[][] arenas)
        {
            ChipLayerRunner? runner = placed[layer];
            for (int resets = 0; runner != null; resets++)
            {
                BarrelException error;
                try
                {
                    RunShares(runner, arenas);
                    return;
                }
                catch (BarrelException e)
                {
                    error = e;
                }

                ThrowUnlessReady(error, resets);
            }

            for (int i = 0; i < arenas.Length; i++)
            {
                Array.Copy(arenas[i], 0, Arena, 0, Arena.Length);
                software.RunLayer(layer);
                Array.Copy(Arena, 0, arenas[i], 0, Arena.Length);
            }
        }

        /// <summary>From now on reads the margins of all chains.</summary>
        /// <exception cref="BarrelException">BRL5008: the chip has none.</exception>
        public void CountMargins()
        {
            if (Program.Placement.MarginBits == 0)
                throw new BarrelException(ChipErrors.WrongChip, "this chip reads no margins; leave --margins out");
            for (int i = 0; i < placed.Length; i++)
            {
                ChipLayerRunner? runner = placed[i];
                if (runner != null)
                    runner.CountMargins();
            }
        }

        /// <summary>Loads what stays on the chip: the first pass.</summary>
        public void Load()
        {
            for (int resets = 0; ; resets++)
            {
                BarrelException error;
                try
                {
                    Program.Load(0);
                    return;
                }
                catch (BarrelException e)
                {
                    error = e;
                }

                ThrowUnlessReady(error, resets);
            }
        }

        public void Dispose()
        {
            Program.Chip.Dispose();
        }

        private void RunPlaced(int layer, ChipLayerRunner runner)
        {
            for (int resets = 0; ; resets++)
            {
                BarrelException? error;
                try
                {
                    for (int share = 0; share < runner.ShareCount; share++)
                    {
                        runner.Load(share);
                        runner.Evaluate(share, sums, 0);
                    }

                    runner.WriteOut(sums, 0);
                    return;
                }
                catch (BarrelException e)
                {
                    error = e;
                }

                error = Remaining(error, resets);
                if (error == null)
                    continue;
                if (onFailure == null)
                    throw error;
                IsOnChip = false;
                onFailure(error);
                software.RunLayer(layer);
                return;
            }
        }

        private void RunShares(ChipLayerRunner runner, byte[][] arenas)
        {
            int inputBytes = runner.Input.ByteCount();
            int outputBytes = runner.Output.ByteCount();
            int input = runner.Input.ArenaOffset;
            int output = runner.Output.ArenaOffset;
            int[] allSums = new int[arenas.Length * runner.SumCount];
            for (int share = 0; share < runner.ShareCount; share++)
            {
                runner.Load(share);
                for (int i = 0; i < arenas.Length; i++)
                {
                    Array.Copy(arenas[i], output, Arena, output, outputBytes);
                    Array.Copy(arenas[i], input, Arena, input, inputBytes);
                    runner.Evaluate(share, allSums, i * runner.SumCount);
                    Array.Copy(Arena, output, arenas[i], output, outputBytes);
                }
            }

            // Skips read other tensors of the frame, so here all of it is needed.
            for (int i = 0; i < arenas.Length; i++)
            {
                Array.Copy(arenas[i], 0, Arena, 0, Arena.Length);
                runner.WriteOut(allSums, i * runner.SumCount);
                Array.Copy(Arena, output, arenas[i], output, outputBytes);
            }
        }

        private void ThrowUnlessReady(BarrelException error, int resets)
        {
            BarrelException? remaining = Remaining(error, resets);
            if (remaining != null)
                throw remaining;
        }

        /// <summary>Makes a chip that was reset ready again.</summary>
        /// <returns>Null where it is; else the error.</returns>
        private BarrelException? Remaining(BarrelException error, int resets)
        {
            if (error.Code != ChipErrors.WasReset)
                return error;
            if (resets < ResetsMax && IsRestarted())
                return null;
            return new BarrelException(ChipErrors.Resets, "the chip is reset again and again, " + (ResetsMax + 1) + " times in one layer; check its supply", error);
        }

        private bool IsRestarted()
        {
            try
            {
                Program.Forget();
                Program.Chip.Ready();
                return true;
            }
            catch (BarrelException)
            {
                return false;
            }
        }
    }
}
