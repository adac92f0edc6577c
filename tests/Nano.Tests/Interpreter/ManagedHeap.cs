namespace Barrel.Nano.Tests.Interpreter;

/// <summary>
/// What objects take on a 32-bit nanoFramework: blocks of 12 bytes, one for each object and each of its fields, arrays with 20 bytes before their elements,
/// a frame with one for each variable and place of its stack. Live objects are counted by walking from the roots whenever
/// <see cref="StepBytes"/> more were taken, so the peak is at most that much more than <see cref="PeakBytes"/>.
/// </summary>
internal sealed class ManagedHeap(Func<IEnumerable<object?>> roots)
{
    public const int StepBytes = 1024;

    private const int BlockBytes = 12;
    private const int FrameBytes = 80;

    private readonly HashSet<object> _outside = [];
    private long _sinceWalk;
    private long _frames;
    private long _live;

    /// <summary>All that was ever taken.</summary>
    public long TakenBytes { get; private set; }

    /// <summary>Most that was alive at a time, to <see cref="StepBytes"/>.</summary>
    public long PeakBytes { get; private set; }

    /// <summary>Live objects more than that cannot be had; an allocation that finds no room throws.</summary>
    public long RoomBytes { get; set; } = long.MaxValue;

    /// <summary>Called where there is no room.</summary>
    public Func<Exception>? NoRoom { get; set; }

    /// <summary>Does not count what lies in flash or belongs to the test.</summary>
    public void LeaveOut(object what) => _outside.Add(what);

    public void Took(object what)
    {
        long bytes = BytesOf(what);
        TakenBytes += bytes;
        _sinceWalk += bytes;
        if (_live + _frames + _sinceWalk > RoomBytes || _sinceWalk >= StepBytes)
            Walk();
        if (_live + _frames + _sinceWalk + bytes > RoomBytes && NoRoom is not null)
            throw NoRoom();
    }

    public void Enter(Routine routine)
    {
        _frames += Frame(routine);
        if (_frames + _live > PeakBytes)
            PeakBytes = _frames + _live;
    }

    public void Leave(Routine routine) => _frames -= Frame(routine);

    private static long Frame(Routine routine) => FrameBytes + ((routine.Locals.Length + routine.Arguments + (routine.Method.HasBody ? routine.Method.Body.MaxStackSize : 0)) * BlockBytes);

    private void Walk()
    {
        _sinceWalk = 0;
        _live = 0;
        HashSet<object> seen = new(ReferenceEqualityComparer.Instance);
        Stack<object> open = new();
        void See(object? found)
        {
            if (found is not null and not string and not Slot[] && !_outside.Contains(found) && seen.Add(found))
                open.Push(found);
        }

        foreach (object? root in roots())
            See(root);
        while (open.TryPop(out object? next))
        {
            _live += BytesOf(next);
            if (next is Instance instance)
                foreach (Slot field in instance.Fields)
                    See(field.Object);
            else if (next is object?[] references)
                foreach (object? element in references)
                    See(element);
        }

        PeakBytes = Math.Max(PeakBytes, _live + _frames);
    }

    private static long BytesOf(object what) => what switch
    {
        Instance instance => BlockBytes * (1 + instance.Fields.Length),
        object?[] references => Blocks(20 + (BlockBytes * (long)references.Length)),
        Array array => Blocks(20 + Buffer.ByteLength(array)),
        string text => Blocks(16 + text.Length),
        _ => BlockBytes,
    };

    private static long Blocks(long bytes) => (bytes + BlockBytes - 1) / BlockBytes * BlockBytes;
}
