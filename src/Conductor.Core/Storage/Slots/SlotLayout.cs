using System.Numerics;
using System.Runtime.InteropServices;
using Conductor.Calls;
using Conductor.Money;

namespace Conductor.Storage.Slots;

/// <summary>
/// What stands where in a slot: a head, the reservation with the row's names, and apart from it what the attempt came to, so that noting the one never touches the
/// other. Each part has a checksum; the head's first word says which of them counts and is written last.
/// </summary>
internal static class SlotLayout
{
    /// <summary>Bytes of a slot. A usual row takes about 350 of them; the rest is room for long names.</summary>
    public const int Size = 1024;

    public const int Free = 0;
    public const int Reserved = 1;
    public const int Settled = 2;

    private const int HeadSize = 24; // state, version of the layout, two checksums, two lengths
    private const int SettledAt = 672;
    private const byte Version = 1;

    // No name is as long as this in practice. One that is, is cut in the row of a process that was killed, and nowhere else.
    private const int LongestName = 48;
    private const int LongestId = 128;
    private const int LongestCallId = 64; // ours, and never cut: the ledger refuses a longer one
    private const int LongestUpstreamId = 120;

    /// <summary>Writes head and reservation, still as a free slot.</summary>
    /// <param name="slot">At least <see cref="SettledAt"/> bytes.</param>
    /// <param name="row">The row.</param>
    /// <returns>How many bytes count.</returns>
    public static int WriteReserved(Span<byte> slot, LedgerRow row)
    {
        var body = new SlotWriter(slot[HeadSize..SettledAt]);
        body.Write(row.Attempt);
        body.Write(row.StartedAt.UtcTicks);
        body.Write(row.Usage.InputTokens);
        body.Write(row.Usage.OutputTokens);
        body.Write(row.Reserved?.Value);
        body.Write(row.CallId, LongestCallId);
        body.Write(row.RequestId, LongestId);
        body.Write(row.TenantId, LongestName);
        body.Write(row.KeyId, LongestName);
        body.Write(row.Operation, LongestName);
        body.Write(row.Provider, LongestName);
        body.Write(row.PriceVersion, LongestName);
        body.Write(row.Model, LongestId);
        var head = slot[..HeadSize];
        head.Clear();
        head[4] = Version;
        MemoryMarshal.Write(head[8..], Checksum(slot.Slice(HeadSize, body.Length)));
        MemoryMarshal.Write(head[16..], body.Length);
        return HeadSize + body.Length;
    }

    /// <summary>Writes what the attempt came to, in the form in which it stands at <see cref="OutcomeOffset"/> of its slot.</summary>
    /// <returns>Its length.</returns>
    public static int WriteOutcome(Span<byte> part, LedgerRow row)
    {
        var body = new SlotWriter(part[8..]);
        body.Write((byte)row.Status);
        body.Write((byte)row.CostStatus);
        var usage = row.Usage;
        body.Write((byte)((usage.IsEstimated ? 1 : 0) | (usage.IsSuspect ? 2 : 0)));
        body.Write(row.Duration.Ticks);
        body.Write(row.Cost?.Value);
        body.Write(usage.InputTokens);
        body.Write(usage.CachedInputTokens);
        body.Write(usage.CacheWriteTokens);
        body.Write(usage.CacheWriteHourTokens);
        body.Write(usage.AudioInputTokens);
        body.Write(usage.ImageInputTokens);
        body.Write(usage.EmbeddingTokens);
        body.Write(usage.OutputTokens);
        body.Write(usage.ReasoningTokens);
        body.Write(usage.AudioOutputTokens);
        body.Write(usage.ImageOutputTokens);
        body.Write(row.ErrorCode, LongestName);
        body.Write(row.UpstreamRequestId, LongestUpstreamId);
        MemoryMarshal.Write(part, Checksum(part.Slice(8, body.Length)));
        MemoryMarshal.Write(part[4..], body.Length);
        return 8 + body.Length;
    }

    public const int OutcomeOffset = SettledAt;

    /// <summary>Most bytes of an outcome.</summary>
    public const int OutcomeSize = Size - SettledAt;

    /// <summary>What a slot holds.</summary>
    /// <param name="slot">The whole slot.</param>
    /// <param name="row">The row as it is to be booked; null where there is none.</param>
    /// <returns>False where the slot is damaged.</returns>
    public static bool TryRead(ReadOnlySpan<byte> slot, out LedgerRow? row)
    {
        row = null;
        var state = MemoryMarshal.Read<int>(slot);
        if (state == Free)
        {
            return true;
        }

        var length = MemoryMarshal.Read<int>(slot[16..]);
        if (state is not (Reserved or Settled) || slot[4] != Version || length is < 0 or > SettledAt - HeadSize
            || MemoryMarshal.Read<uint>(slot[8..]) != Checksum(slot.Slice(HeadSize, length)))
        {
            return false;
        }

        row = ReadReserved(new SlotReader(slot.Slice(HeadSize, length)));
        return state == Reserved || TryReadOutcome(slot[SettledAt..], ref row);
    }

    private static bool TryReadOutcome(ReadOnlySpan<byte> part, ref LedgerRow row)
    {
        var length = MemoryMarshal.Read<int>(part[4..]);
        if (length is < 0 or > OutcomeSize - 8 || MemoryMarshal.Read<uint>(part) != Checksum(part.Slice(8, length)))
        {
            return false; // and the row is still the reservation's
        }

        var body = new SlotReader(part.Slice(8, length));
        var (status, costStatus, flags) = ((AttemptStatus)body.Byte(), (CostStatus)body.Byte(), body.Byte());
        var duration = TimeSpan.FromTicks(body.Int64());
        var cost = body.Int128();
        row = row with
        {
            Status = status,
            CostStatus = costStatus,
            Duration = duration,
            Cost = cost is { } amount ? new NanoUsd(amount) : null,
            Usage = new TokenUsage
            {
                InputTokens = body.Int64(),
                CachedInputTokens = body.Int64(),
                CacheWriteTokens = body.Int64(),
                CacheWriteHourTokens = body.Int64(),
                AudioInputTokens = body.Int64(),
                ImageInputTokens = body.Int64(),
                EmbeddingTokens = body.Int64(),
                OutputTokens = body.Int64(),
                ReasoningTokens = body.Int64(),
                AudioOutputTokens = body.Int64(),
                ImageOutputTokens = body.Int64(),
                IsEstimated = (flags & 1) != 0,
                IsSuspect = (flags & 2) != 0,
            },
            ErrorCode = body.Text(),
            UpstreamRequestId = body.Text(),
        };
        return true;
    }

    private static LedgerRow ReadReserved(SlotReader body)
    {
        var attempt = body.Int32();
        var started = new DateTimeOffset(body.Int64(), TimeSpan.Zero);
        var usage = new TokenUsage { InputTokens = body.Int64(), OutputTokens = body.Int64(), IsEstimated = true };
        var reserved = body.Int128() is { } amount ? new NanoUsd(amount) : (NanoUsd?)null;
        return LedgerRow.Interrupted(new LedgerRow
        {
            Attempt = attempt,
            StartedAt = started,
            Usage = usage,
            Reserved = reserved,
            CallId = body.Text()!,
            RequestId = body.Text()!,
            TenantId = body.Text()!,
            KeyId = body.Text(),
            Operation = body.Text()!,
            Provider = body.Text()!,
            PriceVersion = body.Text(),
            Model = body.Text()!,
            Duration = TimeSpan.Zero,
            Status = AttemptStatus.Running,
            CostStatus = CostStatus.Interrupted,
        });
    }

    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var sum = uint.MaxValue;
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
        {
            sum = BitOperations.Crc32C(sum, MemoryMarshal.Read<ulong>(bytes));
        }

        foreach (var rest in bytes)
        {
            sum = BitOperations.Crc32C(sum, rest);
        }

        return ~sum;
    }
}
