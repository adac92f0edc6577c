namespace Barrel.Runtime
{
    /// <summary>
    /// Runs one model. The caller writes the frame's codes to <see cref="Arena"/> from <see cref="InputOffset"/> on, calls
    /// <see cref="Run"/>, and reads the outputs from the arena. Everything is allocated by the constructor; Run allocates nothing.
    /// Not safe for use by two threads at once.
    /// </summary>
    public abstract class Executor
    {
        /// <summary>Bytes behind the last tensor, so that a vector that begins in it or a few bytes later may end behind it.</summary>
        public const int ArenaSlackBytes = 128;

        protected Executor(Model model)
        {
            Model = model;
            Arena = new byte[model.ArenaBytes + ArenaSlackBytes];
            Steps = new LayerRunner[model.Layers.Length];
        }

        /// <summary>For one that runs some layers itself and leaves the others to another, whose arena it shares.</summary>
        protected Executor(Executor other)
        {
            Model = other.Model;
            Arena = other.Arena;
            Steps = other.Steps;
        }

        public Model Model { get; }

        /// <summary>The name in the table of executors.</summary>
        public abstract string Name { get; }

        /// <summary>The only large array: every tensor at the offset that the compiler planned.</summary>
        public byte[] Arena { get; }

        /// <summary>Where the input's planes begin in the arena.</summary>
        public int InputOffset
        {
            get { return Model.Tensors[Model.InputTensor].ArenaOffset; }
        }

        /// <summary>One runner a layer, in order.</summary>
        protected LayerRunner[] Steps { get; }

        /// <summary>One inference. Bit-equal for every executor.</summary>
        public virtual void Run()
        {
            LayerRunner[] steps = Steps;
            for (int i = 0; i < steps.Length; i++)
                steps[i].Run();
        }

        /// <summary>Runs one layer alone; its inputs must be in the arena. For tests and reports.</summary>
        public void RunLayer(int index)
        {
            Steps[index].Run();
        }

        /// <summary>The runners that all executors share: the layers without taps.</summary>
        protected LayerRunner CreatePlain(Layer layer)
        {
            BinaryLayer? binary = layer as BinaryLayer;
            if (binary != null)
                return new BinaryRunner(Model, binary, Arena, null);
            MaxPoolLayer? pool = layer as MaxPoolLayer;
            if (pool != null)
                return new MaxPoolRunner(Model, pool, Arena);
            return new ResizeRunner(Model, (ResizeLayer)layer, Arena);
        }
    }

    /// <summary>One layer, ready to run: tables made, scratch taken.</summary>
    public abstract class LayerRunner
    {
        public abstract void Run();
    }
}
