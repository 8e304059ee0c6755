using System.Diagnostics;
using System.Globalization;
using System.IO.MemoryMappedFiles;
using Conductor.Calls;
using Conductor.Money;
using Conductor.Settings;
using Conductor.Storage;
using Conductor.Storage.Slots;
using Conductor.Storage.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Conductor.Benchmarks;

/// <summary>What booking costs: a place's way from reserved over settled to free, and rows on their way into SQLite at both durabilities.</summary>
internal static class LedgerTable
{
    private static readonly LedgerRow Reserved = new()
    {
        RequestId = "req_01a1f9b81cd46aa4798b0498d38971be",
        CallId = "01a1f9b81cd46aa4798b0498d38971be",
        Attempt = 1,
        TenantId = "default",
        KeyId = "web",
        Operation = "chat",
        Provider = "openai",
        Model = "gpt-4o-mini",
        StartedAt = DateTimeOffset.UnixEpoch,
        Duration = TimeSpan.Zero,
        Status = AttemptStatus.Running,
        Usage = new TokenUsage { InputTokens = 200, OutputTokens = 4_096, IsEstimated = true },
        Cost = new NanoUsd(2_000_000),
        Reserved = new NanoUsd(2_000_000),
        CostStatus = CostStatus.Interrupted,
        PriceVersion = "13e63ea27ea0",
    };

    private static readonly LedgerRow Settled = Reserved with
    {
        UpstreamRequestId = "chatcmpl-9a8b7c6d5e4f3a2b1c0d",
        Duration = TimeSpan.FromMilliseconds(500),
        Status = AttemptStatus.Succeeded,
        Usage = new TokenUsage { InputTokens = 180, OutputTokens = 250 },
        Cost = new NanoUsd(177_000),
        CostStatus = CostStatus.Settled,
    };

    public static async Task PrintAsync(bool isQuick)
    {
        var folder = Directory.CreateTempSubdirectory("conductor-bench-").FullName;
        try
        {
            Places(folder, isQuick ? 20_000 : 400_000);
            await RowsAsync(folder, LedgerDurability.Slots, isQuick ? 5_000 : 100_000, callers: 8);
            await RowsAsync(folder, LedgerDurability.Full, isQuick ? 500 : 20_000, callers: 64);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Places(string folder, int turns)
    {
        Console.WriteLine($"{"one attempt's place",-58} {"ns, median",12} {"best",8}");
        foreach (var size in (int[])[64, 128, 512, 1024])
        {
            using var map = MemoryMappedFile.CreateFromFile(Path.Combine(folder, $"raw{size}"), FileMode.Create, null, 256 * size);
            using var view = map.CreateViewAccessor();
            var bytes = new byte[size];
            var at = 0;
            Print($"  {size} bytes written and marked, as they are", turns, () =>
            {
                view.SafeMemoryMappedViewHandle.WriteSpan((ulong)(at * size), System.Runtime.InteropServices.MemoryMarshal.Cast<byte, ulong>(bytes.AsSpan()));
                view.SafeMemoryMappedViewHandle.Write((ulong)(at * size), 1);
                at = (at + 1) & 255;
            });
        }

        using var slots = new SlotReservationStore(Path.Combine(folder, "places"), 8_192, NullLogger<SlotReservationStore>.Instance);
        slots.Open(isAlone: true);
        foreach (var (name, store) in ((string, IReservationStore)[])[("in memory", new InMemoryReservationStore()), ("in a mapped file", slots)])
        {
            Print($"  reserved, settled, freed: {name}", turns, () =>
            {
                store.TryReserve(Reserved, out var ticket);
                store.Settle(ticket, Settled);
                store.Release(ticket);
            });
        }

        Console.WriteLine();
    }

    private static void Print(string name, int turns, Action run)
    {
        var times = new double[9];
        for (var round = -3; round < times.Length; round++)
        {
            var start = Stopwatch.GetTimestamp();
            for (var i = 0; i < turns; i++)
            {
                run();
            }

            if (round >= 0)
            {
                times[round] = Stopwatch.GetElapsedTime(start).TotalNanoseconds / turns;
            }
        }

        Array.Sort(times);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-58} {times[times.Length / 2],12:F0} {times[0],8:F0}"));
    }

    private static async Task RowsAsync(string folder, LedgerDurability durability, int rows, int callers)
    {
        var place = Path.Combine(folder, durability.ToString());
        await using var store = new SqliteLedgerStore(Path.Combine(place, "conductor.db"));
        using var slots = new SlotReservationStore(Path.Combine(place, "reservations"), 8_192, NullLogger<SlotReservationStore>.Instance);
        await using var writer = new LedgerWriter(store, TimeProvider.System, NullLogger<LedgerWriter>.Instance, reservations: slots);
        await writer.OpenAsync(isAlone: true, durability, CancellationToken.None);
        await BookAsync(writer, Math.Min(rows, 1_000), callers, "warm"); // compiled, and the file has its first pages
        var waits = new double[rows];
        var processor = Environment.CpuUsage.TotalTime;
        var start = Stopwatch.GetTimestamp();
        await BookAsync(writer, rows, callers, "row", waits);
        var wall = Stopwatch.GetElapsedTime(start);
        var used = Environment.CpuUsage.TotalTime - processor;
        Array.Sort(waits);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"durability {durability.ToString().ToLowerInvariant()}, {callers} callers: {rows / wall.TotalSeconds:F0} rows/s, {used.TotalMilliseconds * 1_000 / rows:F1} ms of processor per 1,000, "
            + $"wait for a place p50 {waits[rows / 2]:F3} ms, p99 {waits[rows * 99 / 100]:F3} ms"));
    }

    private static async Task BookAsync(LedgerWriter writer, int rows, int callers, string name, double[]? waits = null)
    {
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Increment(ref next) is var number && number < rows)
            {
                var id = string.Create(CultureInfo.InvariantCulture, $"{name}{number}");
                var start = Stopwatch.GetTimestamp();
                var ticket = await writer.ReserveAsync(Reserved with { CallId = id });
                if (waits is not null)
                {
                    waits[number] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
                }

                writer.Append(Settled with { CallId = id }, ticket);
            }
        })));
        await writer.FlushAsync(CancellationToken.None);
    }
}
