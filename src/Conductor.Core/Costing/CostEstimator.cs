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

    /// <summary>The most that so many tokens can cost: each at the dearest price that it may have.</summary>
    /// <param name="price">The target's.</param>
    /// <param name="inputTokens">The prompt's size.</param>
    /// <param name="outputTokens">The longest answer.</param>
    /// <param name="parts">What the tokens may be besides text that is sent or written to a cache for minutes, thought or said.</param>
    public static NanoUsd WorstCase(ModelPrice price, long inputTokens, long outputTokens, PricedParts parts = PricedParts.None)
    {
        ArgumentNullException.ThrowIfNull(price);
        if (price.IsFree)
        {
            return NanoUsd.Zero;
        }

        var tier = price.For(inputTokens);
        var input = Dearest(tier.InputPerMillion, tier.CacheWritePerMillion, parts.HasFlag(PricedParts.CacheWritesForAnHour) ? tier.CacheWriteHourPerMillion : null);
        var output = Dearest(tier.OutputPerMillion, tier.ReasoningPerMillion);
        if (parts.HasFlag(PricedParts.Vectors))
        {
            input = tier.EmbeddingPerMillion ?? tier.InputPerMillion;
        }

        if (parts.HasFlag(PricedParts.Audio))
        {
            (input, output) = (Dearest(input, tier.AudioInputPerMillion), Dearest(output, tier.AudioOutputPerMillion));
        }

        if (parts.HasFlag(PricedParts.Pictures))
        {
            (input, output) = (Dearest(input, tier.ImageInputPerMillion), Dearest(output, tier.ImageOutputPerMillion));
        }

        return new ModelPrice { InputPerMillion = input, OutputPerMillion = output, PerRequest = tier.PerRequest }
            .CostOf(new TokenUsage { InputTokens = inputTokens, OutputTokens = outputTokens });
    }

    private static NanoUsd Dearest(NanoUsd price, NanoUsd? other, NanoUsd? third = null)
    {
        var most = other > price ? other.Value : price;
        return third > most ? third.Value : most;
    }

    /// <summary>What a usage cost, and how sure that is. Without a price the cost is unknown, except that nothing used costs nothing.</summary>
    public static (NanoUsd? Cost, CostStatus Status) Settle(ModelPrice? price, TokenUsage usage)
    {
        ArgumentNullException.ThrowIfNull(usage);
        if (price is null)
        {
            return usage.TotalTokens == 0 ? (NanoUsd.Zero, CostStatus.Released) : (null, CostStatus.Unknown);
        }

        return (price.CostOf(usage), usage.IsEstimated || price.IsCeiling ? CostStatus.Estimated : CostStatus.Settled);
    }
}
