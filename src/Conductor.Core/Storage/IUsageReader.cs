using Conductor.Money;

namespace Conductor.Storage;

/// <summary>A ledger that can be asked what was used. Sums are exact; what is not yet in the store is not in them.</summary>
public interface IUsageReader
{
    /// <summary>Sums by one dimension, ordered by name; one sum named `` where <paramref name="by"/> is <see cref="UsageDimension.None"/>, none where no row fits.</summary>
    /// <exception cref="StorageException">The store cannot be read.</exception>
    Task<IReadOnlyList<UsageSum>> SumAsync(UsageFilter filter, UsageDimension by, CancellationToken cancellationToken);

    /// <summary>The rows themselves, in the order in which they were written.</summary>
    /// <exception cref="StorageException">The store cannot be read.</exception>
    IAsyncEnumerable<LedgerRow> RowsAsync(UsageFilter filter, CancellationToken cancellationToken);
}

/// <summary>Which rows count. What is null does not matter.</summary>
public sealed record UsageFilter
{
    /// <summary>The tenant.</summary>
    public string? TenantId { get; init; }

    /// <summary>The key's name within its tenant.</summary>
    public string? KeyId { get; init; }

    /// <summary>The provider's name of the model, or provider/model.</summary>
    public string? Model { get; init; }

    /// <summary>`chat`, `embeddings` or the operation's name.</summary>
    public string? Operation { get; init; }

    /// <summary>The provider's configured name.</summary>
    public string? Provider { get; init; }

    /// <summary>Attempts that started then or later.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Attempts that started before. Rows that a store keeps as sums of days count by their day's beginning.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Whether a row counts.</summary>
    public bool Fits(LedgerRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        return (TenantId is null || row.TenantId == TenantId)
            && (KeyId is null || row.KeyId == KeyId)
            && (Model is null || row.Model == Model || $"{row.Provider}/{row.Model}" == Model)
            && (Operation is null || row.Operation == Operation)
            && (Provider is null || row.Provider == Provider)
            && !(row.StartedAt < From)
            && !(row.StartedAt >= Until);
    }
}

/// <summary>What sums are made by.</summary>
public enum UsageDimension
{
    /// <summary>One sum of everything.</summary>
    None,

    /// <summary>By tenant.</summary>
    Tenant,

    /// <summary>By tenant/key; the key of callers without one is empty.</summary>
    Key,

    /// <summary>By provider/model.</summary>
    Model,

    /// <summary>By operation.</summary>
    Operation,

    /// <summary>By provider.</summary>
    Provider,
}

/// <summary>A sum over rows of the ledger.</summary>
public sealed record UsageSum
{
    /// <summary>What it is the sum of: a tenant, tenant/key, provider/model …</summary>
    public required string Name { get; init; }

    /// <summary>Calls: rows of first attempts.</summary>
    public long Calls { get; init; }

    /// <summary>Rows.</summary>
    public long Attempts { get; init; }

    /// <summary>Attempts that succeeded. A call has at most one.</summary>
    public long Succeeded { get; init; }

    /// <summary>Attempts that their callers left. A call has at most one, its last.</summary>
    public long Cancelled { get; init; }

    /// <summary>What all attempts took together.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>What was used.</summary>
    public TokenUsage Usage { get; init; } = TokenUsage.None;

    /// <summary>Known costs.</summary>
    public NanoUsd Cost { get; init; }

    /// <summary>The part of <see cref="Cost"/> that nobody stated: estimated, at a ceiling, or interrupted and booked at what was reserved.</summary>
    public NanoUsd EstimatedCost { get; init; }

    /// <summary>Attempts whose cost is unknown.</summary>
    public long UnknownCosts { get; init; }
}
