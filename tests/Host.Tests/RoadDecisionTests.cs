using Barrel.Host.Decision;
using Barrel.Runtime;

namespace Barrel.Host.Tests;

[TestClass]
public class RoadDecisionTests
{
    private const int Width = 100;
    private const int Height = 100;
    private const int U = RoadDecision.StateUnknown, C = RoadDecision.StateClear, B = RoadDecision.StateBlocked;

    [TestMethod]
    public void StateFollowsTheTable()
    {
        // Share of road, and the state expected after it; two frames must agree; clear from 80%, blocked until 50%.
        (int Share, int State)[] table =
        [
            (100, U), (100, C), (60, C), (60, C), (60, C), (40, C), (60, C), (40, C), (40, B),
            (79, B), (79, B), (80, B), (40, B), (80, B), (80, C), (50, C), (51, C), (50, C), (50, B),
        ];
        RoadDecision decision = new(Settings(), Width, Height);
        for (int i = 0; i < table.Length; i++)
        {
            decision.Update(RowsOfRoad(table[i].Share), 0, 3);
            Assert.AreEqual(table[i].Share * 10, decision.SharePerMille, $"frame {i}");
            Assert.AreEqual(table[i].State, decision.State, $"frame {i}");
        }
    }

    [TestMethod]
    [DataRow(0, 100, 0)]
    [DataRow(0, 50, -500)]
    [DataRow(50, 100, 500)]
    [DataRow(0, 1, -990)]
    [DataRow(25, 75, 0)]
    [DataRow(0, 0, 0)]
    public void OffsetIsTheCorridorsMiddle(int left, int right, int expected)
    {
        RoadDecision decision = new(Settings(), Width, Height);
        decision.Update(ColumnsOfRoad(left, right), 0, 3);
        Assert.AreEqual(expected, decision.OffsetPerMille);
    }

    [TestMethod]
    public void CorridorHasHysteresis()
    {
        // Right edge of a corridor that begins at column 0, and the side expected; aside from 25%, ahead until 15%.
        (int Right, int Corridor)[] table =
        [
            (70, RoadDecision.CorridorAhead), (70, RoadDecision.CorridorLeft), (80, RoadDecision.CorridorLeft), (80, RoadDecision.CorridorLeft),
            (90, RoadDecision.CorridorLeft), (90, RoadDecision.CorridorAhead), (80, RoadDecision.CorridorAhead), (80, RoadDecision.CorridorAhead),
        ];
        RoadDecision decision = new(Settings(), Width, Height);
        foreach ((int right, int corridor) in table)
        {
            decision.Update(ColumnsOfRoad(0, right), 0, 3);
            Assert.AreEqual(corridor, decision.Corridor, $"{right}");
        }
    }

    [TestMethod]
    public void LongestRunIsTheCorridor()
    {
        byte[] mask = ColumnsOfRoad(0, 30);
        for (int i = 0; i < mask.Length; i++)
            mask[i] = i % Width is >= 60 and < 100 ? (byte)3 : mask[i];
        RoadDecision decision = new(Settings(), Width, Height);
        decision.Update(mask, 0, 3);
        Assert.AreEqual(600, decision.OffsetPerMille);
        Assert.AreEqual(80, decision.CorridorColumns[0]);
    }

    [TestMethod]
    public void ResetForgets()
    {
        RoadDecision decision = new(Settings(), Width, Height);
        decision.Update(RowsOfRoad(100), 0, 3);
        decision.Update(RowsOfRoad(100), 0, 3);
        Assert.AreEqual(C, decision.State);
        decision.Reset();
        Assert.AreEqual(U, decision.State);
        decision.Update(RowsOfRoad(100), 0, 3);
        Assert.AreEqual(U, decision.State);
    }

    [TestMethod]
    [DataRow(1, 1)]
    [DataRow(3, 2)]
    [DataRow(240, 184)]
    public void TrapezoidStaysInsideTheMask(int width, int height)
    {
        foreach (int centre in (int[])[0, 500, 1000])
        {
            DecisionSettings settings = new() { CentrePerMille = centre };
            Trapezoid area = new(settings, width, height);
            Assert.IsTrue(area.Top >= 0 && area.Bottom <= height && area.Top < area.Bottom);
            for (int i = 0; i < area.Lefts.Length; i++)
                Assert.IsTrue(area.Lefts[i] >= 0 && area.Rights[i] <= width && area.Lefts[i] < area.Rights[i]);
            new RoadDecision(settings, width, height).Update(new byte[width * height], 0, 0);
        }
    }

    [TestMethod]
    public void SettingsAreChecked()
    {
        DecisionSettings[] wrong =
        [
            new() { TopPerMille = -1 }, new() { TopPerMille = 900 }, new() { BottomPerMille = 1001 }, new() { TopWidthPerMille = 0 },
            new() { BottomWidthPerMille = 1001 }, new() { CentrePerMille = 1001 }, new() { BlockedUntilPerMille = 850 },
            new() { ClearFromPerMille = 1001 }, new() { AheadUntilPerMille = 250 }, new() { FramesToChange = 0 },
        ];
        foreach (DecisionSettings settings in wrong)
            Assert.AreEqual(DecisionSettings.SettingsError, Assert.ThrowsExactly<BarrelException>(settings.Check).Code);
        new DecisionSettings().Check();
    }

    // The trapezoid is the whole mask, so that shares are easy to make.
    private static DecisionSettings Settings() => new()
    {
        TopPerMille = 0,
        BottomPerMille = 1000,
        TopWidthPerMille = 1000,
        BottomWidthPerMille = 1000,
        ClearFromPerMille = 800,
        BlockedUntilPerMille = 500,
        AsideFromPerMille = 250,
        AheadUntilPerMille = 150,
        FramesToChange = 2,
    };

    private static byte[] RowsOfRoad(int percent)
    {
        byte[] mask = new byte[Width * Height];
        mask.AsSpan(0, percent * Width).Fill(3);
        return mask;
    }

    private static byte[] ColumnsOfRoad(int left, int right)
    {
        byte[] mask = new byte[Width * Height];
        for (int y = 0; y < Height; y++)
            mask.AsSpan((y * Width) + left, right - left).Fill(3);
        return mask;
    }
}
