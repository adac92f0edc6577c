namespace Barrel.Nano
{
    /// <summary>What the application asks of the board besides frames.</summary>
    public interface IBoard
    {
        /// <summary>A line on the debug port.</summary>
        void Say(string line);

        /// <summary>Bytes that are left of the managed heap after a collection.</summary>
        int FreeHeapBytes();

        /// <summary>Starts the board anew; on hardware it does not return.</summary>
        void Restart();
    }

    /// <summary>The five pins that tell the decision.</summary>
    public interface IRoadPins
    {
        void Show(bool isClear, bool isBlocked, bool isLeft, bool isRight);

        void MakeSafe();
    }
}
