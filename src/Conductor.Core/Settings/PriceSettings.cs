namespace Conductor.Settings;

/// <summary>`usd_per_million:`</summary>
public sealed record PriceSettings
{
    public decimal Input { get; init; }

    public decimal? CachedInput { get; init; }

    public decimal? CacheWrite { get; init; }

    public decimal Output { get; init; }

    /// <summary>Calls with more input tokens than this pay the `long_` prices.</summary>
    public long? LongContextAbove { get; init; }

    public decimal? LongInput { get; init; }

    public decimal? LongCachedInput { get; init; }

    public decimal? LongOutput { get; init; }
}
