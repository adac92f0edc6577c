namespace Barrel.ChipEmulator;

/// <summary>The number of a word in a frame that writes n words and reads m: a constant, plus n, plus m.</summary>
/// <param name="Constant">The number where nothing is written or read.</param>
/// <param name="PerWritten">1 where the words to write stand before it, else 0.</param>
/// <param name="PerRead">1 where the words read stand before it, else 0.</param>
internal readonly record struct WordIndex(int Constant, int PerWritten, int PerRead)
{
    public int At(int written, int read) => Constant + (PerWritten * written) + (PerRead * read);

    /// <summary>Reads "7", "2, 3" or "11 + n to 10 + n + m"; of several words the first counts.</summary>
    public static WordIndex Parse(string cell)
    {
        string first = cell.Split(',')[0].Split(" to ")[0];
        int constant = 0;
        int perWritten = 0;
        int perRead = 0;
        foreach (string term in first.Split('+', StringSplitOptions.TrimEntries))
        {
            if (term == "n")
                perWritten++;
            else if (term == "m")
                perRead++;
            else
                constant += LinkDocument.Number(term, 10);
        }

        return new WordIndex(constant, perWritten, perRead);
    }
}
