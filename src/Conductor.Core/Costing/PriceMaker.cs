using System.Globalization;
using Conductor.Money;
using Conductor.Settings;

namespace Conductor.Costing;

/// <summary>Makes prices of what a configuration says, in nano-dollars.</summary>
/// <param name="name">Whose prices they are, for messages.</param>
/// <param name="multiplier">What every figure is multiplied by.</param>
internal sealed class PriceMaker(string name, decimal multiplier)
{
    /// <exception cref="ArgumentException">A price is below zero.</exception>
    public PricePeriod Period(PriceSettings price) => new(price.ValidFrom ?? DateTimeOffset.MinValue, price.ValidUntil ?? DateTimeOffset.MaxValue, Price(price));

    /// <exception cref="ArgumentException">A price is below zero.</exception>
    public ModelPrice Price(PriceSettings price)
    {
        var standard = new ModelPrice
        {
            InputPerMillion = ToNano(price.Input),
            CachedInputPerMillion = ToNano(price.CachedInput),
            CacheWritePerMillion = ToNano(price.CacheWrite),
            CacheWriteHourPerMillion = ToNano(price.CacheWriteHour),
            AudioInputPerMillion = ToNano(price.AudioInput),
            ImageInputPerMillion = ToNano(price.ImageInput),
            EmbeddingPerMillion = ToNano(price.Embedding),
            OutputPerMillion = ToNano(price.Output),
            ReasoningPerMillion = ToNano(price.Reasoning),
            AudioOutputPerMillion = ToNano(price.AudioOutput),
            ImageOutputPerMillion = ToNano(price.ImageOutput),
            PerRequest = ToNano(price.PerRequest ?? 0),
        };
        ModelPrice? longer = null;
        long? limit = null;
        foreach (var tier in TiersOf(price).OrderByDescending(tier => tier.Above))
        {
            longer = ToTier(price, tier) with { LongContextAbove = limit, LongContext = longer };
            limit = tier.Above;
        }

        return standard with { LongContextAbove = limit, LongContext = longer };
    }

    private static IReadOnlyList<PriceTierSettings> TiersOf(PriceSettings price) => price.LongContextAbove is not { } limit ? price.Tiers
        : [new PriceTierSettings { Above = limit, Input = price.LongInput ?? price.Input, CachedInput = price.LongCachedInput, Output = price.LongOutput ?? price.Output }];

    // Providers raise cache prices by the same factor as the input's (Anthropic and Google say so); used where the tier has no figure of its own.
    private ModelPrice ToTier(PriceSettings price, PriceTierSettings tier)
    {
        decimal? WithInput(decimal? part) => part is { } usd && price.Input > 0 ? usd * tier.Input / price.Input : part;
        decimal? WithOutput(decimal? part) => part is { } usd && price.Output > 0 ? usd * tier.Output / price.Output : part;
        return new ModelPrice
        {
            InputPerMillion = ToNano(tier.Input),
            CachedInputPerMillion = ToNano(tier.CachedInput ?? WithInput(price.CachedInput)),
            CacheWritePerMillion = ToNano(tier.CacheWrite ?? WithInput(price.CacheWrite)),
            CacheWriteHourPerMillion = ToNano(tier.CacheWriteHour ?? WithInput(price.CacheWriteHour)),
            AudioInputPerMillion = ToNano(WithInput(price.AudioInput)),
            ImageInputPerMillion = ToNano(WithInput(price.ImageInput)),
            EmbeddingPerMillion = ToNano(WithInput(price.Embedding)),
            OutputPerMillion = ToNano(tier.Output),
            ReasoningPerMillion = ToNano(tier.Reasoning ?? WithOutput(price.Reasoning)),
            AudioOutputPerMillion = ToNano(WithOutput(price.AudioOutput)),
            ImageOutputPerMillion = ToNano(WithOutput(price.ImageOutput)),
            PerRequest = ToNano(price.PerRequest ?? 0),
        };
    }

    private NanoUsd? ToNano(decimal? usd) => usd is { } value ? ToNano(value) : null;

    private NanoUsd ToNano(decimal usd) => usd >= 0 && multiplier >= 0
        ? NanoUsd.FromUsd(usd * multiplier)
        : throw new ArgumentException($"catalog: '{name}' has a price below zero ({usd.ToString(CultureInfo.InvariantCulture)}). Prices are USD per million tokens, zero or more.");
}
