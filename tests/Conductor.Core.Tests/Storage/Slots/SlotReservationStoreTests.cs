using Conductor.Calls;
using Conductor.Money;
using Conductor.Storage;
using Conductor.Storage.Slots;
using Microsoft.Extensions.Logging.Abstractions;
using static Conductor.Core.Tests.Storage.LedgerRows;

namespace Conductor.Core.Tests.Storage.Slots;

public sealed class SlotReservationStoreTests : ReservationStoreConformance
{
    private readonly string _folder = Directory.CreateTempSubdirectory("conductor-slots-").FullName;

    protected override IReservationStore Create(int capacity) => New(_folder, capacity);

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void Kill_AttemptsInEveryState_LeavesExactlyWhatIsOwed()
    {
        var open = Reserved("open");
        var settled = Settled(Reserved("settled"));
        using (var first = New(_folder))
        {
            first.Open(isAlone: true);
            Assert.True(first.TryReserve(open, out _));
            Assert.True(first.TryReserve(Reserved("settled"), out var ticket));
            first.Settle(ticket, settled);
            Assert.True(first.TryReserve(Reserved("booked"), out var booked));
            first.Settle(booked, Settled(Reserved("booked")));
            first.Release(booked);
        }

        using var next = New(_folder); // closing a store changes nothing in its slots: what is there is what a kill leaves
        var found = next.Open(isAlone: true);

        Assert.Equal([LedgerRow.Interrupted(open), settled], found.Select(one => one.Row).OrderBy(row => row.CallId));
        Assert.Equal(2, next.InUse);
        Assert.Empty(next.Open(isAlone: true));
        foreach (var one in found)
        {
            next.Release(one.Ticket);
        }

        Assert.Equal(0, next.InUse);
    }

    [Fact]
    public void Interrupted_Row_IsAtWhatWasReserved()
    {
        var row = LedgerRow.Interrupted(Reserved("a"));

        Assert.Equal((AttemptStatus.Failed, "interrupted", CostStatus.Interrupted, (NanoUsd?)new NanoUsd(5_000)), (row.Status, row.ErrorCode, row.CostStatus, row.Cost));
        Assert.Equal(new TokenUsage { InputTokens = 40, OutputTokens = 4_096, IsEstimated = true }, row.Usage);
    }

    [Fact]
    public void Open_RowsNotReleasedYet_AreFoundAgain()
    {
        using (var first = New(_folder))
        {
            first.Open(isAlone: true);
            Assert.True(first.TryReserve(Reserved("a"), out _));
        }

        using (var second = New(_folder))
        {
            Assert.Single(second.Open(isAlone: true)); // killed before its commit
        }

        using var third = New(_folder);
        third.Release(Assert.Single(third.Open(isAlone: true)).Ticket);
        third.Dispose();
        using var fourth = New(_folder);
        Assert.Empty(fourth.Open(isAlone: true));
    }

    [Fact]
    public void Open_AnotherServerHasTheFolder_IsRefusedWithItsProcess()
    {
        using var first = New(_folder);
        first.Open(isAlone: true);
        using var second = New(_folder);

        var refused = Assert.Throws<StorageException>(() => second.Open(isAlone: true));

        Assert.Contains("is in use by another Conductor", refused.Message, StringComparison.Ordinal);
        Assert.Contains($"process {Environment.ProcessId}", refused.Message, StringComparison.Ordinal);
        first.Dispose();
        second.Open(isAlone: true);
    }

    [Fact]
    public void Command_BesideAServer_HasPlacesOfItsOwnAndLeavesNothing()
    {
        using var server = New(_folder);
        server.Open(isAlone: true);
        Assert.True(server.TryReserve(Reserved("s"), out _));

        using (var command = New(_folder))
        {
            Assert.Empty(command.Open(isAlone: false)); // the server's attempt is the server's
            Assert.True(command.TryReserve(Reserved("c"), out var ticket));
            command.Release(ticket);
        }

        Assert.Equal(["server.slots"], Directory.GetFiles(_folder, "*.slots").Select(Path.GetFileName));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Command_Killed_IsFoundByWhoeverComesNext(bool isServer)
    {
        using (var command = New(_folder))
        {
            command.Open(isAlone: false);
            Assert.True(command.TryReserve(Reserved("c1"), out _));
            Assert.True(command.TryReserve(Reserved("c2"), out _));
        }

        using var next = New(_folder);
        var found = next.Open(isServer);

        Assert.Equal(["c1", "c2"], found.Select(one => one.Row.CallId).Order());
        next.Release(found[0].Ticket);
        Assert.Equal(2, Directory.GetFiles(_folder, "*.slots").Length); // the other row is not booked yet
        next.Release(found[1].Ticket);
        Assert.Single(Directory.GetFiles(_folder, "*.slots"));
        Assert.Throws<ArgumentException>(() => next.Release(found[1].Ticket));
    }

    [Fact]
    public void Open_MorePlacesThanBefore_KeepsWhatIsThere()
    {
        using (var first = New(_folder, 64))
        {
            first.Open(isAlone: true);
            Assert.True(first.TryReserve(Reserved("a"), out _));
        }

        using (var larger = New(_folder, 200))
        {
            Assert.Single(larger.Open(isAlone: true));
            Assert.Equal(200, larger.Capacity);
        }

        using var smaller = New(_folder, 10);
        Assert.Single(smaller.Open(isAlone: true));
        Assert.Equal(200, smaller.Capacity); // never fewer than were used
    }

    [Fact]
    public void Open_MakingWasCutShort_MakesItWhole()
    {
        using (var first = New(_folder))
        {
            first.Open(isAlone: true);
        }

        var path = Path.Combine(_folder, "server.slots");
        File.WriteAllBytes(path, new byte[10_000]); // zeros, and not all of them: what a kill leaves before the head is written
        using var second = New(_folder, 64);

        Assert.Empty(second.Open(isAlone: true));
        Assert.Equal(64, second.Capacity);
        Assert.True(second.TryReserve(Reserved("a"), out _));
    }

    [Fact]
    public void Open_SomebodyElsesFile_IsRefusedAndLeftAlone()
    {
        var path = Path.Combine(_folder, "server.slots");
        File.WriteAllBytes(path, [.. Enumerable.Repeat((byte)'x', 8_192)]);
        using var store = New(_folder);

        var refused = Assert.Throws<StorageException>(() => store.Open(isAlone: true));

        Assert.Contains("not a file of reservations", refused.Message, StringComparison.Ordinal);
        Assert.Equal(8_192, new FileInfo(path).Length);
    }

    [Fact]
    public void Open_DamagedSlot_IsKeptToLookAtAndTheOthersAreBooked()
    {
        using (var first = New(_folder))
        {
            first.Open(isAlone: true);
            Assert.True(first.TryReserve(Reserved("good"), out _)); // the first slot
            Assert.True(first.TryReserve(Reserved("bad"), out _));
        }

        var path = Path.Combine(_folder, "server.slots");
        var bytes = File.ReadAllBytes(path);
        bytes[4096 + SlotLayout.Size + 60] ^= 0xFF;
        File.WriteAllBytes(path, bytes);
        using var second = New(_folder);

        Assert.Equal("good", Assert.Single(second.Open(isAlone: true)).Row.CallId);
        Assert.Equal(bytes, File.ReadAllBytes(Assert.Single(Directory.GetFiles(_folder, "*.damaged"))));
        Assert.Equal(1, second.InUse); // the damaged one is free again
    }

    private static SlotReservationStore New(string folder, int slots = 64) => new(folder, slots, NullLogger<SlotReservationStore>.Instance);

    private static LedgerRow Reserved(string callId) => Row(callId) with
    {
        RequestId = "req_" + callId,
        KeyId = "web",
        PriceVersion = "v3",
        Status = AttemptStatus.Running,
        Duration = TimeSpan.Zero,
        Usage = new TokenUsage { InputTokens = 40, OutputTokens = 4_096, IsEstimated = true },
        Reserved = new NanoUsd(5_000),
        Cost = new NanoUsd(5_000),
        CostStatus = CostStatus.Interrupted,
    };

    private static LedgerRow Settled(LedgerRow reserved) => reserved with
    {
        Status = AttemptStatus.Cancelled,
        ErrorCode = "cancelled",
        UpstreamRequestId = "up_1",
        Duration = TimeSpan.FromMilliseconds(123.4567),
        Usage = new TokenUsage { InputTokens = 10, CachedInputTokens = 1, CacheWriteTokens = 2, OutputTokens = 20, ReasoningTokens = 3, CacheWriteHourTokens = 1, AudioInputTokens = 4, ImageInputTokens = 5, EmbeddingTokens = 6, AudioOutputTokens = 7, ImageOutputTokens = 8, IsSuspect = true },
        Cost = new NanoUsd(Int128.MaxValue),
        CostStatus = CostStatus.Settled,
    };
}
