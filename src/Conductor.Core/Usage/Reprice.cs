using Conductor.Calls;
using Conductor.Costing;
using Conductor.Money;
using Conductor.Storage;

namespace Conductor.Usage;

/// <summary>What booked rows would cost at the prices in force now, each at the price of its own time. Nothing is changed: the ledger is append-only.</summary>
/// <param name="reader">The ledger.</param>
public sealed class Reprice(IUsageReader reader)
{
    /// <summary>Prices rows again.</summary>
    /// <param name="filter">Which rows.</param>
    /// <param name="prices">The prices to compare with.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>By provider/model, in their order; models without a booked row are not in it.</returns>
    public async Task<IReadOnlyList<RepricedModel>> CompareAsync(UsageFilter filter, PriceCatalog prices, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(filter);
        ArgumentNullException.ThrowIfNull(prices);
        var models = new SortedDictionary<string, RepricedModel>(StringComparer.Ordinal);
        await foreach (var row in reader.RowsAsync(filter, cancellationToken).ConfigureAwait(false))
        {
            var name = $"{row.Provider}/{row.Model}";
            models[name] = Add(models.GetValueOrDefault(name) ?? new RepricedModel { Model = name }, row, prices);
        }

        return [.. models.Values];
    }

    private static RepricedModel Add(RepricedModel sum, LedgerRow row, PriceCatalog prices)
    {
        var booked = row.Cost ?? NanoUsd.Zero;
        var price = prices.Find(row.Provider, row.Model, row.StartedAt);

        // What was released cost nothing at any price; what was interrupted was booked as reserved, and nobody knows its usage.
        var now = row.CostStatus is CostStatus.Released or CostStatus.Interrupted ? booked : price?.CostOf(row.Usage);
        return sum with
        {
            Rows = sum.Rows + 1,
            Changed = sum.Changed + (now is { } known && (row.Cost is null || known != booked) ? 1 : 0),
            Unpriced = sum.Unpriced + (now is null ? 1 : 0),
            Booked = sum.Booked + booked,
            Repriced = sum.Repriced + (now ?? booked),
        };
    }
}

/// <summary>The rows of one model, as booked and as priced again.</summary>
public sealed record RepricedModel
{
    /// <summary>provider/model.</summary>
    public required string Model { get; init; }

    /// <summary>Rows that were looked at.</summary>
    public long Rows { get; init; }

    /// <summary>Rows that would cost something else.</summary>
    public long Changed { get; init; }

    /// <summary>Rows for whose time no price is known; they count as booked.</summary>
    public long Unpriced { get; init; }

    /// <summary>What they were booked with.</summary>
    public NanoUsd Booked { get; init; }

    /// <summary>What they would cost.</summary>
    public NanoUsd Repriced { get; init; }
}
