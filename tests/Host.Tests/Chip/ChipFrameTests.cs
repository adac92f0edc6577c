using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using Barrel.Boards;
using Barrel.Host.Chip;

namespace Barrel.Host.Tests.Chip;

/// <summary>The driver's frames and addresses are those of the link's document.</summary>
[TestClass]
public partial class ChipFrameTests
{
    /// <summary>A frame by hand. Its check was computed bit by bit, apart from the driver's table, beginning with the check of "123456789", 29B1, which catalogues of checks give.</summary>
    [TestMethod]
    public void ARequestIsWhatTheDocumentSays()
    {
        byte[] sent = new byte[ChipFrame.BytesOf(2, 3)];
        Array.Fill(sent, (byte)0x77);
        ChipFrame.WriteRequest(sent, 0x42, new ChipRequest { WriteAddress = 0x0010_0004, Words = [0x1234, 0xABCD], WordCount = 2, ReadAddress = 0x0002_0001, ResultCount = 3 });
        string expected = "42A5 0002 0010 0004 0003 0002 0001 1234 ABCD " + Check("42A5 0002 0010 0004 0003 0002 0001 1234 ABCD") + string.Concat(Enumerable.Repeat(" 0000", 7));
        Assert.AreEqual(expected, Words(sent));
        Assert.AreEqual("29B1", Check("3132 3334 3536 3738 39"));
    }

    [TestMethod]
    public void AnAnswerIsTakenOnlyWhereAllOfItIsRight()
    {
        byte[] sent = new byte[ChipFrame.BytesOf(0, 2)];
        ChipFrame.WriteRequest(sent, 7, TwoWords());
        string check = Words(sent.AsSpan(14, 2));
        string head = string.Concat(Enumerable.Repeat("0000 ", 10));
        Assert.AreEqual(ChipAnswer.Done, Answer(sent, head + $"0720 5444 0001 {Check(check + " 0720 5444 0001")}", out ushort[] words, out bool wasReset));
        CollectionAssert.AreEqual(new ushort[] { 0x5444, 1 }, words);
        Assert.IsFalse(wasReset);
        Assert.AreEqual(ChipAnswer.Done, Answer(sent, head + $"07A0 5444 0001 {Check(check + " 07A0 5444 0001")}", out _, out wasReset));
        Assert.IsTrue(wasReset);

        // Of another request, of another try, stuck lines, refusals.
        Assert.AreEqual(ChipAnswer.Damaged, Answer(sent, head + $"0720 5444 0001 {Check("0000 0720 5444 0001")}", out _, out _));
        Assert.AreEqual(ChipAnswer.Damaged, Answer(sent, head + $"0620 5444 0001 {Check(check + " 0620 5444 0001")}", out _, out _));
        Assert.AreEqual(ChipAnswer.None, Answer(sent, head + "0000 0000 0000 0000", out _, out _));
        Assert.AreEqual(ChipAnswer.None, Answer(sent, head + "FFFF FFFF FFFF FFFF", out _, out _));
        Assert.AreEqual(ChipAnswer.NotUnderstood, Answer(sent, head + $"0921 0000 0000 {Check(check + " 0921 0000 0000")}", out _, out _));
        Assert.AreEqual(ChipAnswer.Busy, Answer(sent, head + $"0725 0000 0000 {Check(check + " 0725 0000 0000")}", out _, out _));
        Assert.AreEqual(ChipAnswer.Refused, Answer(sent, head + $"0723 0000 0000 {Check(check + " 0723 0000 0000")}", out _, out _));
    }

    /// <summary>Every answer with up to two wrong bits is refused, or says nothing but that it is busy or was not understood.</summary>
    [TestMethod]
    public void WrongBitsAreNeverTaken()
    {
        byte[] sent = new byte[ChipFrame.BytesOf(0, 2)];
        ChipFrame.WriteRequest(sent, 7, TwoWords());
        byte[] right = Bytes(string.Concat(Enumerable.Repeat("0000 ", 10)) + $"0720 5444 0001 {Check(Words(sent.AsSpan(14, 2)) + " 0720 5444 0001")}");
        for (int first = 160; first < right.Length * 8; first++)
            for (int second = first; second < right.Length * 8; second++)
            {
                byte[] wrong = [.. right];
                wrong[first / 8] ^= (byte)(1 << (first % 8));
                if (second != first)
                    wrong[second / 8] ^= (byte)(1 << (second % 8));
                Assert.AreNotEqual(ChipAnswer.Done, ChipFrame.ReadAnswer(sent, wrong, TwoWords(), out _), $"bits {first} and {second}");
            }
    }

    [TestMethod]
    public void AddressesAreThoseOfTheDocument()
    {
        Dictionary<string, uint> documented = Row().Matches(Document()).ToDictionary(
            m => m.Groups["name"].Value.Replace("_", "", StringComparison.Ordinal).ToUpperInvariant(),
            m => uint.Parse(m.Groups["address"].Value.Replace(" ", "", StringComparison.Ordinal), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
        string[] counts = [nameof(ChipRegisters.IdentityWords), nameof(ChipRegisters.ConfigLengthShift)];
        FieldInfo[] addresses = [.. typeof(ChipRegisters).GetFields(BindingFlags.Public | BindingFlags.Static).Where(f => f.FieldType == typeof(int) && !counts.Contains(f.Name))];
        Assert.IsGreaterThan(8, addresses.Length);
        foreach (FieldInfo address in addresses)
            Assert.AreEqual(documented[address.Name.ToUpperInvariant()], (uint)(int)address.GetRawConstantValue()!, address.Name);
    }

    private static string Document()
    {
        using Stream stream = typeof(Board).Assembly.GetManifestResourceStream("tdnn-link.md")!;
        using StreamReader reader = new(stream);
        return reader.ReadToEnd();
    }

    private static ChipAnswer Answer(byte[] sent, string received, out ushort[] words, out bool wasReset)
    {
        ChipRequest request = TwoWords();
        words = request.Result!;
        return ChipFrame.ReadAnswer(sent, Bytes(received), request, out wasReset);
    }

    /// <summary>Reads two words from address 0.</summary>
    private static ChipRequest TwoWords() => new() { Result = new ushort[2], ResultCount = 2 };

    private static string Words(ReadOnlySpan<byte> bytes)
    {
        StringBuilder text = new();
        for (int i = 0; i < bytes.Length; i++)
            text.Append(i > 0 && i % 2 == 0 ? " " : "").Append(bytes[i].ToString("X2", CultureInfo.InvariantCulture));
        return text.ToString();
    }

    private static byte[] Bytes(string words) => Convert.FromHexString(words.Replace(" ", "", StringComparison.Ordinal));

    private static string Check(string words)
    {
        int check = 0xFFFF;
        foreach (byte b in Bytes(words))
            for (int bit = 7; bit >= 0; bit--)
            {
                bool isOne = (((check >> 15) ^ (b >> bit)) & 1) != 0;
                check = ((check << 1) & 0xFFFF) ^ (isOne ? 0x1021 : 0);
            }

        return check.ToString("X4", CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"^\| (?<address>[0-9A-F]{4} [0-9A-F]{4}) \| (?<name>[A-Z_]+) \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
