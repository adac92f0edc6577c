namespace Barrel.Runtime
{
    /// <summary>
    /// Runs one model. The caller writes the frame's codes to <see cref="Arena"/> from <see cref="InputOffset"/> on, calls
    /// <see cref="Run"/>, and reads the outputs from the arena. Everything is allocated by the constructor; Run allocates nothing.
    /// Not safe for use by two threads at once.
    /// </summary>
    public abstract class Executor
    {
        protected Executor(Model model)
        {
            Model = model;
        }

        public Model Model { get; }

        /// <summary>The name in the table of executors.</summary>
        public abstract string Name { get; }

        /// <summary>The only large array: every tensor at the offset that the compiler planned.</summary>
        public byte[] Arena;

        /// <summary>Where the input's planes begin in the arena.</summary>
        public int InputOffset
        {
            get { return Model.Tensors[Model.InputTensor].ArenaOffset; }
        }

        /// <summary>One inference. Bit-equal for every executor.</summary>
        public abstract void Run();
    }
}
