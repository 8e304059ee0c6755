namespace Conductor.Settings;

/// <summary>One price of `usd_per_million:`, in US dollars per million tokens. What is null costs what the whole costs that it is a part of.</summary>
public sealed record PriceSettings
{
    public decimal Input { get; init; }

    public decimal? CachedInput { get; init; }

    public decimal? CacheWrite { get; init; }

    /// <summary>Tokens written to a cache that keeps them for an hour; as <see cref="CacheWrite"/> where null.</summary>
    public decimal? CacheWriteHour { get; init; }

    public decimal? AudioInput { get; init; }

    public decimal? ImageInput { get; init; }

    /// <summary>Tokens that become vectors.</summary>
    public decimal? Embedding { get; init; }

    public decimal Output { get; init; }

    public decimal? Reasoning { get; init; }

    public decimal? AudioOutput { get; init; }

    public decimal? ImageOutput { get; init; }

    /// <summary>US dollars of every request; not per million.</summary>
    public decimal? PerRequest { get; init; }

    /// <summary>In force from then on; null = ever since.</summary>
    public DateTimeOffset? ValidFrom { get; init; }

    /// <summary>No longer in force from then on; null = for ever.</summary>
    public DateTimeOffset? ValidUntil { get; init; }

    /// <summary>Calls with more input tokens than this pay the `long_` prices.</summary>
    public long? LongContextAbove { get; init; }

    public decimal? LongInput { get; init; }

    public decimal? LongCachedInput { get; init; }

    public decimal? LongOutput { get; init; }

    /// <summary>Further prices by the size of the input, the smallest first; not together with <see cref="LongContextAbove"/>.</summary>
    public IReadOnlyList<PriceTierSettings> Tiers { get; init; } = [];
}

/// <summary>The price of calls with more input tokens than <see cref="Above"/>. A part without a price of its own is raised as its whole is.</summary>
public sealed record PriceTierSettings
{
    /// <summary>In input tokens.</summary>
    public long Above { get; init; }

    public decimal Input { get; init; }

    public decimal? CachedInput { get; init; }

    public decimal? CacheWrite { get; init; }

    public decimal? CacheWriteHour { get; init; }

    public decimal Output { get; init; }

    public decimal? Reasoning { get; init; }
}
