using System.Threading;

namespace Barrel.Nano
{
    /// <summary>
    /// Starts the board anew where the loop stalls: a thread that the interpreter runs every few milliseconds whatever the others do. nanoFramework 1.17 has
    /// no watchdog for applications on an ESP32: its task watchdog is turned off, and what the interpreter would feed is empty.
    /// </summary>
    public sealed class Watchdog
    {
        /// <summary>Longest time between two calls of <see cref="Feed"/>: several times what the slowest frame takes, of a model without generated layers.</summary>
        public const int StallMsMax = 30000;

        private const int PollMs = 500;

        private readonly IBoard _board;
        private readonly IRoadPins _pins;
        private int _msUnfed;

        /// <param name="board">Starts anew.</param>
        /// <param name="pins">Are safe before.</param>
        public Watchdog(IBoard board, IRoadPins pins)
        {
            _board = board;
            _pins = pins;
        }

        public void Start()
        {
            new Thread(Watch).Start();
        }

        /// <summary>The loop goes on.</summary>
        public void Feed()
        {
            _msUnfed = 0;
        }

        private void Watch()
        {
            while (_msUnfed < StallMsMax)
            {
                Thread.Sleep(PollMs);
                _msUnfed += PollMs;
            }

            _pins.MakeSafe();
            _board.Say("error: the loop stalls for " + StallMsMax + " ms; restart by watchdog");
            _board.Restart();
        }
    }
}
