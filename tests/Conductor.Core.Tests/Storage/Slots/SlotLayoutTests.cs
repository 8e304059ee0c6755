using Conductor.Calls;
using Conductor.Money;
using Conductor.Storage;
using Conductor.Storage.Slots;
using static Conductor.Core.Tests.Storage.LedgerRows;

namespace Conductor.Core.Tests.Storage.Slots;

/// <summary>A process may end between any two bytes that it writes.</summary>
public sealed class SlotLayoutTests
{
    private static readonly LedgerRow Open = Row("call") with { KeyId = null, Duration = TimeSpan.Zero, Reserved = new NanoUsd(77), Usage = new TokenUsage { InputTokens = 3, OutputTokens = 4, IsEstimated = true } };

    [Fact]
    public void Read_EveryPrefixOfAReservation_IsAFreeSlot()
    {
        var (whole, length) = Reserved();
        for (var written = 0; written <= length; written++)
        {
            var slot = new byte[SlotLayout.Size];
            whole.AsSpan(0, written).CopyTo(slot);

            Assert.True(SlotLayout.TryRead(slot, out var row));
            Assert.Null(row);
        }
    }

    [Fact]
    public void Read_EveryPrefixOfAReservationOverAnOldOne_IsAFreeSlot()
    {
        var (old, _) = Reserved(Open with { CallId = "another", Model = new string('m', 100) });
        var (whole, length) = Reserved();
        for (var written = 0; written <= length; written++)
        {
            var slot = old.ToArray();
            whole.AsSpan(0, written).CopyTo(slot);

            Assert.True(SlotLayout.TryRead(slot, out var row));
            Assert.Null(row);
        }
    }

    [Fact]
    public void Read_EveryPrefixOfAnOutcome_IsStillTheReservation()
    {
        var (slot, _) = Reserved();
        slot[0] = SlotLayout.Reserved;
        var outcome = new byte[SlotLayout.OutcomeSize];
        var length = SlotLayout.WriteOutcome(outcome, Open with { Status = AttemptStatus.Succeeded, ErrorCode = "x" });
        for (var written = 0; written <= length; written++)
        {
            outcome.AsSpan(0, written).CopyTo(slot.AsSpan(SlotLayout.OutcomeOffset));

            Assert.True(SlotLayout.TryRead(slot, out var row));
            Assert.Equal(LedgerRow.Interrupted(Open), row);
        }
    }

    [Fact]
    public void Read_AnyByteChanged_IsDamagedOrTheReservationAndNeverAnotherRow()
    {
        var settled = Open with { Duration = TimeSpan.FromSeconds(2), Status = AttemptStatus.Succeeded, CostStatus = CostStatus.Settled, UpstreamRequestId = "up", Usage = new TokenUsage { InputTokens = 9, OutputTokens = 8 } };
        var (slot, length) = Reserved();
        var outcomeLength = SlotLayout.WriteOutcome(slot.AsSpan(SlotLayout.OutcomeOffset), settled);
        slot[0] = SlotLayout.Settled;
        Assert.True(SlotLayout.TryRead(slot, out var read));
        Assert.Equal(settled, read);

        for (var at = 0; at < SlotLayout.OutcomeOffset + outcomeLength; at++)
        {
            if (at >= length && at < SlotLayout.OutcomeOffset)
            {
                continue; // between the parts
            }

            for (var bit = 0; bit < 8; bit++)
            {
                var changed = slot.ToArray();
                changed[at] ^= (byte)(1 << bit);
                var isWhole = SlotLayout.TryRead(changed, out var row);

                Assert.True(!isWhole || row == settled || row == LedgerRow.Interrupted(Open) || row is null, $"byte {at} bit {bit}: {row}");
                Assert.True(row is null || row.CallId == "call", $"byte {at} bit {bit}");
            }
        }
    }

    [Fact]
    public void Write_NamesOfAnyLength_FitAndKeepTheCallsId()
    {
        var endless = new string('€', 5_000);
        var row = Open with
        {
            RequestId = endless, TenantId = endless, KeyId = endless, Operation = endless, Provider = endless, Model = endless, PriceVersion = endless,
            CallId = new string('c', 64), ErrorCode = endless, UpstreamRequestId = endless, Cost = new NanoUsd(Int128.MinValue), Reserved = new NanoUsd(Int128.MaxValue),
        };
        var (slot, _) = Reserved(row);
        SlotLayout.WriteOutcome(slot.AsSpan(SlotLayout.OutcomeOffset), row);
        slot[0] = SlotLayout.Settled;

        Assert.True(SlotLayout.TryRead(slot, out var read));
        Assert.Equal(row.CallId, read!.CallId);
        Assert.Equal((row.Cost, row.Reserved, row.Usage), (read.Cost, read.Reserved, read.Usage));
        Assert.Equal(new string('€', 16), read.TenantId); // whole characters of 48 bytes
        Assert.StartsWith("€", read.Model, StringComparison.Ordinal);
        Assert.DoesNotContain('\uFFFD', read.Model);
    }

    private static (byte[] Slot, int Length) Reserved(LedgerRow? row = null)
    {
        var slot = new byte[SlotLayout.Size];
        return (slot, SlotLayout.WriteReserved(slot, row ?? Open));
    }
}
