namespace Barrel.Host.Decision
{
    /// <summary>A value that changes only after the same other value was proposed several times in a row.</summary>
    public sealed class Debounce
    {
        private readonly int framesToChange;
        private readonly int initial;
        private int proposed;
        private int count;

        public Debounce(int initial, int framesToChange)
        {
            this.initial = initial;
            this.framesToChange = framesToChange;
            Reset();
        }

        public int Value { get; private set; }

        public void Propose(int value)
        {
            if (value != proposed)
            {
                proposed = value;
                count = 0;
            }

            if (count < framesToChange)
                count++;
            if (count >= framesToChange)
                Value = value;
        }

        /// <summary>Begins at a value that holds already, with nothing proposed against it.</summary>
        public void Start(int value)
        {
            Value = value;
            proposed = value;
            count = 0;
        }

        public void Reset()
        {
            Value = initial;
            proposed = initial;
            count = 0;
        }
    }
}
