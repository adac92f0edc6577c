namespace Barrel.Boards;

/// <summary>Reads and checks one board's JSON. The limits are those of <c>board.schema.json</c>.</summary>
public static class BoardFile
{
    private static readonly JsonFile<Board> File = new("board file", BoardErrors.UnreadableFile, BoardErrors.InvalidFile, 64 * 1024, Read);

    /// <summary>Reads a file of the user's own.</summary>
    /// <exception cref="BoardException">The file cannot be read or does not describe a board.</exception>
    public static Board Load(string path) => Parse(File.Read(path), path);

    /// <summary>Reads a board from JSON in UTF-8.</summary>
    /// <param name="json">The whole file.</param>
    /// <param name="source">Name of the file, for messages.</param>
    /// <exception cref="BoardException">It does not describe a board.</exception>
    public static Board Parse(ReadOnlyMemory<byte> json, string source)
    {
        Board board = File.Parse(json, source);
        Check(board, source);
        return board;
    }

    private static Board Read(StrictJson json) => new()
    {
        Schema = json.TextOrNull("$schema"),
        Name = json.Text("name"),
        Title = json.Text("title"),
        Family = json.Text("family"),
        Cpu = json.Text("cpu"),
        Cores = json.Int("cores"),
        ClockHz = json.Long("clockHz"),
        RamBytes = json.Long("ramBytes"),
        FlashBytes = json.Long("flashBytes"),
        ArenaBytesMax = json.Int("arenaBytesMax"),
        L1Bytes = json.Int("l1Bytes"),
        GpioChip = json.Int("gpioChip"),
        GpioLabel = json.TextOrNull("gpioLabel"),
        Pins = json.Object("pins", pins => new BoardPins
        {
            Clear = pins.Object("clear", ReadPin),
            Blocked = pins.Object("blocked", ReadPin),
            Left = pins.Object("left", ReadPin),
            Right = pins.Object("right", ReadPin),
            Alive = pins.Object("alive", ReadPin),
        }),
        Spi = json.Object("spi", spi => new BoardSpi { Bus = spi.Int("bus"), ChipSelect = spi.Int("chipSelect"), ClockHz = spi.Int("clockHz") }),
        Chip = json.ObjectOrNull("chip", ReadChip),
        Notes = json.TextOrNull("notes"),
    };

    private static BoardPin ReadPin(StrictJson json) => new() { Number = json.Int("number"), SafeLevel = json.Int("safeLevel"), Line = json.TextOrNull("line") };

    private static BoardChip ReadChip(StrictJson json) => new()
    {
        Kind = json.Text("kind"),
        Segments = json.Int("segments"),
        SegmentPes = json.Int("segmentPes"),
        InputBits = json.Int("inputBits"),
        MarginBits = json.Int("marginBits"),
        TransferBytesMax = json.Int("transferBytesMax"),
        Retries = json.Int("retries"),
        TimeoutMs = json.Int("timeoutMs"),
        EnduranceCycles = json.Long("enduranceCycles"),
        OperationFj = json.Double("operationFj"),
        LinkBitPj = json.Double("linkBitPj"),
    };

    private static void Check(Board board, string source)
    {
        if (board.Name.Length == 0 || board.Name.Any(c => !char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '-'))
            throw Wrong(source, "name", $"'{board.Name}'", "lower-case letters, digits and hyphens");
        if (board.Family is not ("linux" or "nanoframework" or "desktop"))
            throw Wrong(source, "family", $"'{board.Family}'", "linux, nanoframework or desktop");
        InRange(source, "cores", board.Cores, 1, 1024);
        InRange(source, "clockHz", board.ClockHz, 1_000_000, 10_000_000_000);
        InRange(source, "ramBytes", board.RamBytes, 1024, 1L << 50);
        InRange(source, "flashBytes", board.FlashBytes, 1024, 1L << 60);
        InRange(source, "arenaBytesMax", board.ArenaBytesMax, 1024, Math.Min(board.RamBytes, int.MaxValue));
        InRange(source, "l1Bytes", board.L1Bytes, 1024, 1 << 30);
        InRange(source, "gpioChip", board.GpioChip, -1, 255);
        CheckName(source, "gpioLabel", board.GpioLabel);
        InRange(source, "spi.bus", board.Spi.Bus, 0, 255);
        InRange(source, "spi.chipSelect", board.Spi.ChipSelect, 0, 255);
        InRange(source, "spi.clockHz", board.Spi.ClockHz, 1000, 200_000_000);

        if (board.Chip is { } chip)
            CheckChip(chip, source);

        BoardPin[] pins = [board.Pins.Clear, board.Pins.Blocked, board.Pins.Left, board.Pins.Right, board.Pins.Alive];
        string[] names = ["clear", "blocked", "left", "right", "alive"];
        for (int i = 0; i < pins.Length; i++)
        {
            InRange(source, $"pins.{names[i]}.number", pins[i].Number, 0, 511);
            InRange(source, $"pins.{names[i]}.safeLevel", pins[i].SafeLevel, 0, 1);
            CheckName(source, $"pins.{names[i]}.line", pins[i].Line);
            for (int j = 0; j < i; j++)
            {
                if (pins[i].Number == pins[j].Number)
                    throw Wrong(source, $"pins.{names[i]}.number", $"{pins[i].Number}", $"another number than that of pins.{names[j]}");
            }
        }
    }

    private static void CheckChip(BoardChip chip, string source)
    {
        if (chip.Kind is not ("sram" or "reram"))
            throw Wrong(source, "chip.kind", $"'{chip.Kind}'", "sram or reram");
        InRange(source, "chip.segments", chip.Segments, 16, 1 << 16);
        InRange(source, "chip.segmentPes", chip.SegmentPes, 16, 64);
        if (chip.SegmentPes % 16 != 0)
            throw Wrong(source, "chip.segmentPes", $"{chip.SegmentPes}", "a multiple of 16");

        // A segment's configuration has eight bits for its bank.
        InRange(source, "chip.inputBits", chip.InputBits, chip.SegmentPes, 256 * chip.SegmentPes);
        if (chip.InputBits % chip.SegmentPes != 0)
            throw Wrong(source, "chip.inputBits", $"{chip.InputBits}", $"a multiple of chip.segmentPes, {chip.SegmentPes}");
        InRange(source, "chip.marginBits", chip.MarginBits, 0, 16);
        InRange(source, "chip.transferBytesMax", chip.TransferBytesMax, 64, 4096);
        InRange(source, "chip.retries", chip.Retries, 0, 100);
        InRange(source, "chip.timeoutMs", chip.TimeoutMs, 1, 60_000);
        InRange(source, "chip.enduranceCycles", chip.EnduranceCycles, 0, 1L << 50);
        if (!(chip.OperationFj is >= 0 and <= 1e9))
            throw Wrong(source, "chip.operationFj", $"{chip.OperationFj}", "0 to 1e9");
        if (!(chip.LinkBitPj is >= 0 and <= 1e9))
            throw Wrong(source, "chip.linkBitPj", $"{chip.LinkBitPj}", "0 to 1e9");
    }

    /// <summary>A name as the kernel's GPIO device gives it, or none.</summary>
    private static void CheckName(string source, string key, string? name)
    {
        const int bytesMax = 31;
        if (name is not null && (name.Length is 0 or > bytesMax || name.AsSpan().IndexOfAnyExceptInRange(' ', '~') >= 0 || name.Trim() != name))
            throw Wrong(source, key, $"'{name}'", $"1 to {bytesMax} printable ASCII characters, no space at either end");
    }

    private static void InRange(string source, string key, long value, long min, long max)
    {
        if (value < min || value > max)
            throw Wrong(source, key, $"{value}", $"{min} to {max}");
    }

    private static BoardException Wrong(string source, string key, string value, string right) =>
        new(BoardErrors.InvalidValue, $"board file '{source}': {key} is {value}; it is {right}");
}
