using System;
using Barrel.Host.Chip;
using Barrel.Host.Decision;
using Barrel.Runtime;

namespace Barrel.Nano
{
    /// <summary>
    /// Frame in, decision out, for ever. Whatever goes wrong ends in the same way: pins safe, one line on the debug port, and a restart; a camera that sends
    /// nothing is waited for with safe pins first.
    /// </summary>
    internal sealed class RoadApp
    {
        /// <summary>Longest wait for a frame before pins are safe.</summary>
        public const int FrameWaitMsMax = 1000;

        /// <summary>Waits without a frame before the board starts anew.</summary>
        public const int MissedFramesMax = 10;

        private readonly IBoard _board;
        private readonly IRoadPins _pins;
        private readonly Watchdog _watchdog;
        private Model _model;
        private Executor _executor;
        private RoadDecision _decision;
        private FrameInput _input;
        private byte[] _pixels;

        public RoadApp(IBoard board, IRoadPins pins)
        {
            _board = board;
            _pins = pins;
            _watchdog = new Watchdog(board, pins);
        }

        public Executor Executor
        {
            get { return _executor; }
        }

        /// <summary>Runs until something goes wrong.</summary>
        /// <param name="blobs">The model, and behind it those that were good before; the first that is whole is taken.</param>
        /// <param name="network">Generated from the first.</param>
        /// <param name="chip">To a TDNN chip, null where there is none.</param>
        /// <param name="frames">The camera.</param>
        /// <param name="arenaBytesMax">Most that the arena may take.</param>
        /// <param name="framesMax">Ends after so many frames; below 0: never.</param>
        public void Run(BlobBytes[] blobs, GeneratedNetwork network, ChipLink? chip, IFrameSource frames, int arenaBytesMax, int framesMax)
        {
            _pins.MakeSafe();
            try
            {
                _watchdog.Start();
                Load(blobs, network, arenaBytesMax);
                _watchdog.Feed();
                if (chip != null)
                    UseChip(chip);
                Prepare(frames);
                _board.Say("arena " + _executor.Arena.Length + " bytes, heap left " + _board.FreeHeapBytes() + " bytes");
                Loop(frames, framesMax);
            }
            catch (BarrelException e)
            {
                Fail("error BRL" + e.Code + ": " + e.Message);
            }
            catch (OutOfMemoryException)
            {
                Fail("error: out of memory");
            }
            catch (Exception e)
            {
                Fail("error: " + e.Message);
            }
        }

        private void Load(BlobBytes[] blobs, GeneratedNetwork network, int arenaBytesMax)
        {
            for (int i = 0; ; i++)
            {
                try
                {
                    _model = Model.LoadFrom(blobs[i], arenaBytesMax);
                    break;
                }
                catch (OutOfMemoryException)
                {
                    throw;
                }
                catch (Exception e)
                {
                    // A length that is wrong makes flash itself refuse, in its own words.
                    if (i + 1 == blobs.Length)
                        throw;
                    BarrelException? refused = e as BarrelException;
                    string why = refused == null ? "it ends early" : "error BRL" + refused.Code + ": " + refused.Message;
                    _board.Say("model " + i + " refused, " + why + "; the one before is taken");
                }
            }

            if (_model.Checksum != network.Checksum)
            {
                _board.Say("generated layers are of another model; all layers run from the blob");
                network = new BlobOnly(_model.Checksum);
            }

            _executor = new GeneratedExecutor(_model, network);
        }

        /// <summary>Layers that were placed on a chip run there from now on.</summary>
        private void UseChip(ChipLink link)
        {
            Placement? placement = _model.Placement;
            if (placement == null)
            {
                _board.Say("the model has no layer on a chip; all run in software");
                return;
            }

            if (placement.Kind == Placement.KindReram)
                throw new BarrelException(ChipErrors.WearNotAllowed, "a ReRAM chip wears, and a record of that is kept by barrel-host alone; an SRAM chip would be right");
            TdnnChip chip = TdnnChip.Greet(link, ChipIdentity.Of(placement));
            chip.SelfTest();
            ChipExecutor executor = new ChipExecutor(_executor, new ChipProgram(chip, placement, null), null);
            executor.Load();
            _executor = executor;
            _board.Say("chip of " + placement.Segments + " segments, " + placement.Passes + (placement.Passes == 1 ? " pass" : " passes"));
        }

        private void Prepare(IFrameSource frames)
        {
            TensorInfo mask = _model.Tensors[_model.OutputTensors[0]];
            _decision = new RoadDecision(new DecisionSettings(), mask.Width, mask.Height);
            _pixels = new byte[frames.Width * frames.Height];
            InputFormat format = _model.Input;
            bool isSame = format.Channels == 1 && format.Thresholds == null && !format.Flat && frames.Width == format.Width && frames.Height == format.Height;
            _input = isSame ? null : new FrameInput(format);
        }

        private void Loop(IFrameSource frames, int framesMax)
        {
            int missed = 0;
            for (int n = 0; n != framesMax; n++)
            {
                _watchdog.Feed();
                if (!frames.TryRead(_pixels, FrameWaitMsMax))
                {
                    _pins.MakeSafe();
                    _decision.Reset();
                    missed++;
                    if (missed == 1)
                        _board.Say("camera: no frame for " + FrameWaitMsMax + " ms; pins are safe");
                    if (missed == MissedFramesMax)
                    {
                        Fail("error: camera gone");
                        return;
                    }

                    continue;
                }

                missed = 0;
                Decide(frames);
            }
        }

        private void Decide(IFrameSource frames)
        {
            if (_input == null)
                Array.Copy(_pixels, 0, _executor.Arena, _executor.InputOffset, _pixels.Length);
            else
                _input.Write(_pixels, 0, frames.Width, frames.Height, FrameInput.PixelsGray8, _executor.Arena, _executor.InputOffset);
            _executor.Run();
            _decision.Update(_executor.Arena, _model.Tensors[_model.OutputTensors[0]].ArenaOffset, _model.RoadClass);
            if (_decision.State == RoadDecision.StateUnknown)
                _pins.MakeSafe();
            else
                _pins.Show(
                    _decision.State == RoadDecision.StateClear, _decision.State == RoadDecision.StateBlocked,
                    _decision.Corridor == RoadDecision.CorridorLeft, _decision.Corridor == RoadDecision.CorridorRight);
        }

        private void Fail(string line)
        {
            _pins.MakeSafe();
            _board.Say(line);
            _board.Restart();
        }
    }
}
