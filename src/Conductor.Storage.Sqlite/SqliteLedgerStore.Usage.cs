using System.Runtime.CompilerServices;
using Conductor.Money;
using Dapper;

namespace Conductor.Storage.Sqlite;

/// <content>What was used: over the rows, and over the days that older rows were summed up to.</content>
public sealed partial class SqliteLedgerStore : IUsageReader
{
    private const long MicrosecondsPerDay = 86_400_000_000;

    // Tokens are at most ten million a row: 64 bits hold the sum of a million million rows. Costs are summed in 32-bit pieces, as in Totals.
    private const string Sum =
        """
        SELECT SUM(calls) AS Calls, SUM(attempts) AS Attempts,
            SUM(attempts * (status = 'succeeded')) AS Succeeded, SUM(attempts * (status = 'cancelled')) AS Cancelled, SUM(attempts * (cost_status = 'unknown')) AS UnknownCosts,
            SUM(duration_us) AS DurationUs,
            SUM(input_tokens) AS InputTokens, SUM(cached_input_tokens) AS CachedInputTokens, SUM(cache_write_tokens) AS CacheWriteTokens,
            SUM(cache_write_hour_tokens) AS CacheWriteHourTokens, SUM(audio_input_tokens) AS AudioInputTokens, SUM(image_input_tokens) AS ImageInputTokens,
            SUM(embedding_tokens) AS EmbeddingTokens, SUM(output_tokens) AS OutputTokens, SUM(reasoning_tokens) AS ReasoningTokens,
            SUM(audio_output_tokens) AS AudioOutputTokens, SUM(image_output_tokens) AS ImageOutputTokens,
            COALESCE(SUM(cost_nano_usd_upper), 0) AS CostUpper, COALESCE(SUM((cost_nano_usd >> 32) & 4294967295), 0) AS CostMiddle, COALESCE(SUM(cost_nano_usd & 4294967295), 0) AS CostLower,
            COALESCE(SUM(cost_nano_usd_upper * is_guess), 0) AS GuessUpper, COALESCE(SUM(((cost_nano_usd >> 32) & 4294967295) * is_guess), 0) AS GuessMiddle,
            COALESCE(SUM((cost_nano_usd & 4294967295) * is_guess), 0) AS GuessLower,
        """;

    private const string Parts =
        """
        tenant_id, key_id, operation, provider, model, status, cost_status, cost_status IN ('estimated', 'interrupted') AS is_guess, duration_us,
            input_tokens, cached_input_tokens, cache_write_tokens, cache_write_hour_tokens, audio_input_tokens, image_input_tokens, embedding_tokens,
            output_tokens, reasoning_tokens, audio_output_tokens, image_output_tokens, cost_nano_usd, cost_nano_usd_upper
        """;

    /// <inheritdoc/>
    public async Task<IReadOnlyList<UsageSum>> SumAsync(UsageFilter filter, UsageDimension by, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(filter);
        var name = by switch
        {
            UsageDimension.None => "''",
            UsageDimension.Tenant => "tenant_id",
            UsageDimension.Key => "tenant_id || '/' || COALESCE(key_id, '')",
            UsageDimension.Model => "provider || '/' || model",
            UsageDimension.Operation => "operation",
            UsageDimension.Provider => "provider",
            _ => throw new ArgumentOutOfRangeException(nameof(by), by, "There is no such dimension."),
        };
        var sql =
            $"""
            {Sum} {name} AS Name
            FROM (
                SELECT attempt = 1 AS calls, 1 AS attempts, {Parts} FROM ledger WHERE {Where(filter, "started_at_us")}
                UNION ALL
                SELECT requests AS calls, attempts, {Parts} FROM ledger_days WHERE {Where(filter, $"day * {MicrosecondsPerDay}")})
            GROUP BY Name
            ORDER BY Name
            """;
        var sums = await ReadAsync(connection => connection.QueryAsync<UsageRecord>(new CommandDefinition(sql, ParametersOf(filter), cancellationToken: cancellationToken))).ConfigureAwait(false);
        return [.. sums.Select(sum => sum.ToSum())];
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<LedgerRow> RowsAsync(UsageFilter filter, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(filter);
        const int Most = 5_000;
        var sql = $"SELECT id AS Id, {Columns} FROM ledger WHERE id > @after AND {Where(filter, "started_at_us")} ORDER BY id LIMIT {Most}";
        var after = 0L;
        while (true)
        {
            var parameters = ParametersOf(filter);
            parameters.Add("after", after);
            var records = (await ReadAsync(connection =>
                connection.QueryAsync<LedgerRecord>(new CommandDefinition(sql, parameters, cancellationToken: cancellationToken))).ConfigureAwait(false)).AsList();
            foreach (var record in records)
            {
                yield return record.ToRow();
            }

            if (records.Count < Most)
            {
                yield break;
            }

            after = records[^1].Id;
        }
    }

    // Only what is asked for stands in the text, so that an index can serve it; every value is a parameter.
    private static string Where(UsageFilter filter, string startedAt)
    {
        List<string> conditions = ["1 = 1"];
        AddIf(filter.TenantId, "tenant_id = @tenant");
        AddIf(filter.KeyId, "key_id = @key");
        AddIf(filter.Model, "(model = @model OR provider || '/' || model = @model)");
        AddIf(filter.Operation, "operation = @operation");
        AddIf(filter.Provider, "provider = @provider");
        AddIf(filter.From, $"{startedAt} >= @from");
        AddIf(filter.Until, $"{startedAt} < @until");
        return string.Join(" AND ", conditions);

        void AddIf(object? value, string condition)
        {
            if (value is not null)
            {
                conditions.Add(condition);
            }
        }
    }

    private static DynamicParameters ParametersOf(UsageFilter filter)
    {
        var parameters = new DynamicParameters();
        parameters.Add("tenant", filter.TenantId);
        parameters.Add("key", filter.KeyId);
        parameters.Add("model", filter.Model);
        parameters.Add("operation", filter.Operation);
        parameters.Add("provider", filter.Provider);
        parameters.Add("from", filter.From is { } from ? LedgerTime.Of(from) : null);
        parameters.Add("until", filter.Until is { } until ? LedgerTime.Of(until) : null);
        return parameters;
    }

    /// <summary>A sum as the query gives it, for Dapper.</summary>
    private sealed class UsageRecord
    {
        public string Name { get; set; } = "";
        public long Calls { get; set; }
        public long Attempts { get; set; }
        public long Succeeded { get; set; }
        public long Cancelled { get; set; }
        public long UnknownCosts { get; set; }
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
        public long CostUpper { get; set; }
        public long CostMiddle { get; set; }
        public long CostLower { get; set; }
        public long GuessUpper { get; set; }
        public long GuessMiddle { get; set; }
        public long GuessLower { get; set; }

        public UsageSum ToSum() => new()
        {
            Name = Name,
            Calls = Calls,
            Attempts = Attempts,
            Succeeded = Succeeded,
            Cancelled = Cancelled,
            UnknownCosts = UnknownCosts,
            Duration = TimeSpan.FromTicks(DurationUs * TimeSpan.TicksPerMicrosecond),
            Usage = new TokenUsage
            {
                InputTokens = InputTokens,
                CachedInputTokens = CachedInputTokens,
                CacheWriteTokens = CacheWriteTokens,
                CacheWriteHourTokens = CacheWriteHourTokens,
                AudioInputTokens = AudioInputTokens,
                ImageInputTokens = ImageInputTokens,
                EmbeddingTokens = EmbeddingTokens,
                OutputTokens = OutputTokens,
                ReasoningTokens = ReasoningTokens,
                AudioOutputTokens = AudioOutputTokens,
                ImageOutputTokens = ImageOutputTokens,
            },
            Cost = Amount(CostUpper, CostMiddle, CostLower),
            EstimatedCost = Amount(GuessUpper, GuessMiddle, GuessLower),
        };

        private static NanoUsd Amount(long upper, long middle, long lower) => new(checked(((Int128)upper << 64) + ((Int128)middle << 32) + lower));
    }
}
