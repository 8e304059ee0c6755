using Conductor.Calls;
using Conductor.Money;
using Conductor.Routing;

namespace Conductor.Costing;

/// <summary>What an attempt may cost before it is made, and what it did cost after.</summary>
public static class CostEstimator
{
    /// <summary>The answer's length that is assumed where neither the caller nor the model names a limit, in tokens.</summary>
    public const int DefaultMaxOutputTokens = 4_096;

    /// <summary>The most that a hop can cost; null where its price is unknown.</summary>
    /// <param name="hop">The target.</param>
    /// <param name="inputTokens">The prompt's size, estimated or counted.</param>
    /// <param name="maxOutputTokens">The caller's limit; null = the model's own, else <see cref="DefaultMaxOutputTokens"/>. Zero for embeddings.</param>
    public static NanoUsd? WorstCase(RouteHop hop, long inputTokens, int? maxOutputTokens)
    {
        ArgumentNullException.ThrowIfNull(hop);
        if (hop.Price is not { } price)
        {
            return null;
        }

        return WorstCase(price, inputTokens, MaxOutputTokens(hop, maxOutputTokens));
    }

    /// <summary>The longest answer that a hop may give: the caller's limit, the model's own, or <see cref="DefaultMaxOutputTokens"/> where neither is known.</summary>
    public static int MaxOutputTokens(RouteHop hop, int? asked)
    {
        ArgumentNullException.ThrowIfNull(hop);
        return (asked, hop.Model.MaxOutputTokens) switch
        {
            ({ } limit, { } ceiling) => Math.Min(limit, ceiling),
            ({ } limit, null) => limit,
            (null, { } ceiling) => ceiling,
            _ => DefaultMaxOutputTokens,
        };
    }

    /// <summary>The most that so many tokens can cost: writing a prompt to a provider's cache may cost more than sending it.</summary>
    public static NanoUsd WorstCase(ModelPrice price, long inputTokens, long outputTokens)
    {
        ArgumentNullException.ThrowIfNull(price);
        var usage = new TokenUsage { InputTokens = inputTokens, OutputTokens = outputTokens };
        var plain = price.CostOf(usage);
        var written = price.CostOf(usage with { CacheWriteTokens = inputTokens });
        return plain > written ? plain : written;
    }

    /// <summary>What a usage cost, and how sure that is. Without a price the cost is unknown, except that nothing used costs nothing.</summary>
    public static (NanoUsd? Cost, CostStatus Status) Settle(ModelPrice? price, TokenUsage usage)
    {
        ArgumentNullException.ThrowIfNull(usage);
        if (price is null)
        {
            return usage.TotalTokens == 0 ? (NanoUsd.Zero, CostStatus.Released) : (null, CostStatus.Unknown);
        }

        return (price.CostOf(usage), usage.IsEstimated ? CostStatus.Estimated : CostStatus.Settled);
    }
}
