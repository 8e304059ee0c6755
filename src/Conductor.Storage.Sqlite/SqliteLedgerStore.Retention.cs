using Conductor.Money;
using Dapper;

namespace Conductor.Storage.Sqlite;

/// <content>Old rows become sums of a day; no sum of the ledger changes by it.</content>
public sealed partial class SqliteLedgerStore
{
    // Rows of one transaction: calls go on in between.
    private const int MostSummedAtOnce = 2_000;

    private const string Oldest = $"SELECT id AS Id, {Columns} FROM ledger WHERE id <= (SELECT MAX(id) FROM (SELECT id FROM ledger ORDER BY id LIMIT @most)) AND started_at_us < @before ORDER BY id";

    private const string DaySum =
        """
        SELECT requests AS Requests, attempts AS Attempts, duration_us AS DurationUs, input_tokens AS InputTokens, cached_input_tokens AS CachedInputTokens,
            cache_write_tokens AS CacheWriteTokens, cache_write_hour_tokens AS CacheWriteHourTokens, audio_input_tokens AS AudioInputTokens, image_input_tokens AS ImageInputTokens,
            embedding_tokens AS EmbeddingTokens, output_tokens AS OutputTokens, reasoning_tokens AS ReasoningTokens, audio_output_tokens AS AudioOutputTokens,
            image_output_tokens AS ImageOutputTokens, cost_nano_usd AS CostNanoUsd, cost_nano_usd_upper AS CostNanoUsdUpper
        FROM ledger_days
        WHERE day = @Day AND tenant_id = @TenantId AND key_id = @KeyId AND operation = @Operation AND provider = @Provider AND model = @Model AND status = @Status AND cost_status = @CostStatus
        """;

    private const string SetDay =
        """
        INSERT OR REPLACE INTO ledger_days (day, tenant_id, key_id, operation, provider, model, status, cost_status, requests, attempts, duration_us,
            input_tokens, cached_input_tokens, cache_write_tokens, cache_write_hour_tokens, audio_input_tokens, image_input_tokens, embedding_tokens,
            output_tokens, reasoning_tokens, audio_output_tokens, image_output_tokens, cost_nano_usd, cost_nano_usd_upper)
        VALUES (@Day, @TenantId, @KeyId, @Operation, @Provider, @Model, @Status, @CostStatus, @Requests, @Attempts, @DurationUs,
            @InputTokens, @CachedInputTokens, @CacheWriteTokens, @CacheWriteHourTokens, @AudioInputTokens, @ImageInputTokens, @EmbeddingTokens,
            @OutputTokens, @ReasoningTokens, @AudioOutputTokens, @ImageOutputTokens, @CostNanoUsd, @CostNanoUsdUpper)
        """;

    /// <summary>Sums up rows of whole days, UTC, that began before a time, a few thousand a transaction, and takes them out.</summary>
    /// <param name="before">Rows of its own day stay.</param>
    /// <param name="cancellationToken">Ends it between two transactions.</param>
    /// <returns>How many rows were summed up.</returns>
    /// <exception cref="StorageException">The store cannot be written; what was done until then holds.</exception>
    public async Task<long> SumUpAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        var day = LedgerTime.Of(new DateTimeOffset(before.UtcDateTime.Date, TimeSpan.Zero));
        var summed = 0L;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var rows = 0;
            await WriteAsync(_ => rows = SumUpSome(day), cancellationToken).ConfigureAwait(false);
            if (rows == 0)
            {
                return summed;
            }

            summed += rows;
        }
    }

    private int SumUpSome(long before)
    {
        var connection = _writer!;
        var records = connection.Query<LedgerRecord>(Oldest, new { most = MostSummedAtOnce, before }).AsList();
        foreach (var group in records.GroupBy(DayRecord.KeyOf))
        {
            var sum = connection.QuerySingleOrDefault<DayRecord>(DaySum, group.Key) ?? new DayRecord();
            foreach (var record in group)
            {
                sum.Add(record);
            }

            sum.TakeKey(group.Key);
            connection.Execute(SetDay, sum);
        }

        if (records.Count > 0)
        {
            connection.Execute("DELETE FROM ledger WHERE id <= @last AND started_at_us < @before", new { last = records[^1].Id, before });
        }

        return records.Count;
    }
}

/// <summary>Which sum a row belongs to.</summary>
internal sealed record DayKey(long Day, string TenantId, string KeyId, string Operation, string Provider, string Model, string Status, string CostStatus);

/// <summary>A row of sums, for Dapper.</summary>
internal sealed class DayRecord
{
    private const long MicrosecondsOfDay = TimeSpan.TicksPerDay / TimeSpan.TicksPerMicrosecond;

    public long Day { get; set; }
    public string TenantId { get; set; } = "";
    public string KeyId { get; set; } = "";
    public string Operation { get; set; } = "";
    public string Provider { get; set; } = "";
    public string Model { get; set; } = "";
    public string Status { get; set; } = "";
    public string CostStatus { get; set; } = "";
    public long Requests { get; set; }
    public long Attempts { get; set; }
    public long DurationUs { get; set; }
    public long InputTokens { get; set; }
    public long CachedInputTokens { get; set; }
    public long CacheWriteTokens { get; set; }
    public long CacheWriteHourTokens { get; set; }
    public long AudioInputTokens { get; set; }
    public long ImageInputTokens { get; set; }
    public long EmbeddingTokens { get; set; }
    public long OutputTokens { get; set; }
    public long ReasoningTokens { get; set; }
    public long AudioOutputTokens { get; set; }
    public long ImageOutputTokens { get; set; }
    public long CostNanoUsd { get; set; }
    public long CostNanoUsdUpper { get; set; }

    public static DayKey KeyOf(LedgerRecord row) =>
        new(row.StartedAtUs / MicrosecondsOfDay, row.TenantId, row.KeyId ?? "", row.Operation, row.Provider, row.Model, row.Status, row.CostStatus);

    public void TakeKey(DayKey key) => (Day, TenantId, KeyId, Operation, Provider, Model, Status, CostStatus) =
        (key.Day, key.TenantId, key.KeyId, key.Operation, key.Provider, key.Model, key.Status, key.CostStatus);

    public void Add(LedgerRecord row)
    {
        checked
        {
            Requests += row.Attempt == 1 ? 1 : 0;
            Attempts++;
            DurationUs += row.DurationUs;
            InputTokens += row.InputTokens;
            CachedInputTokens += row.CachedInputTokens;
            CacheWriteTokens += row.CacheWriteTokens;
            CacheWriteHourTokens += row.CacheWriteHourTokens;
            AudioInputTokens += row.AudioInputTokens;
            ImageInputTokens += row.ImageInputTokens;
            EmbeddingTokens += row.EmbeddingTokens;
            OutputTokens += row.OutputTokens;
            ReasoningTokens += row.ReasoningTokens;
            AudioOutputTokens += row.AudioOutputTokens;
            ImageOutputTokens += row.ImageOutputTokens;
        }

        var cost = (LedgerRecord.Amount(CostNanoUsd, CostNanoUsdUpper)!.Value + (LedgerRecord.Amount(row.CostNanoUsd, row.CostNanoUsdUpper) ?? NanoUsd.Zero)).Value;
        (CostNanoUsd, CostNanoUsdUpper) = (unchecked((long)cost), (long)(cost >> 64));
    }
}
