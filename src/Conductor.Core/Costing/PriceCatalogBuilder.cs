using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Conductor.Money;
using Conductor.Settings;

namespace Conductor.Costing;

/// <summary>Makes the price catalogue of a configuration.</summary>
/// <remarks>
/// A row of `catalog:` belongs to a configured provider when it names, in this order: the provider itself, its plugin, or the kind of service
/// that it is (<see cref="ProviderSettings.CatalogNames"/>; for an `openai-compatible` provider at api.openai.com, `openai`). Where two rows fit one model the earlier in this order wins; within one name the last row.
/// </remarks>
public static class PriceCatalogBuilder
{
    /// <summary>The catalogue that <paramref name="settings"/> describe.</summary>
    /// <exception cref="ArgumentException">A price is below zero.</exception>
    public static PriceCatalog Build(ConductorSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var rows = settings.Catalog.ToLookup(row => row.Provider, StringComparer.Ordinal);
        var providers = settings.Providers.Select(provider => ForProvider(provider.Key, provider.Value, rows)).ToList();
        return new PriceCatalog(VersionOf(providers), providers);
    }

    private static ProviderPrices ForProvider(string name, ProviderSettings provider, ILookup<string, CatalogModelSettings> rows)
    {
        var prices = new Dictionary<string, ModelPrice>(StringComparer.Ordinal);
        var models = new Dictionary<string, CatalogModelSettings>(StringComparer.Ordinal);
        foreach (var alias in NamesOf(name, provider).Reverse()) // the strongest name last: it overwrites
        {
            foreach (var row in rows[alias])
            {
                models[row.Model] = row;
                if (row.UsdPerMillion is { } price)
                {
                    prices[row.Model] = ToPrice(price, row);
                }
            }
        }

        return new ProviderPrices(name, provider.IsFree, prices, models);
    }

    private static IEnumerable<string> NamesOf(string name, ProviderSettings provider) =>
        provider.CatalogNames.Count > 0 ? provider.CatalogNames : NamesWithoutLoader(name, provider);

    // Settings made in code need not know the names; those that were loaded do.
    private static IEnumerable<string> NamesWithoutLoader(string name, ProviderSettings provider)
    {
        yield return name;
        if (provider.Plugin != name)
        {
            yield return provider.Plugin;
        }

        if (provider.Plugin == "openai-compatible" && name != "openai"
            && Uri.TryCreate(provider.Section["base_url"], UriKind.Absolute, out var address)
            && string.Equals(address.Host, "api.openai.com", StringComparison.OrdinalIgnoreCase))
        {
            yield return "openai";
        }
    }

    private static ModelPrice ToPrice(PriceSettings price, CatalogModelSettings row)
    {
        var standard = new ModelPrice
        {
            InputPerMillion = ToNano(price.Input, row),
            CachedInputPerMillion = ToNano(price.CachedInput, row),
            CacheWritePerMillion = ToNano(price.CacheWrite, row),
            OutputPerMillion = ToNano(price.Output, row),
        };
        if (price.LongContextAbove is not { } limit)
        {
            return standard;
        }

        // Providers raise cache prices by the same factor as the input's (Anthropic and Google say so); used where the row has no figure of its own.
        var longInput = price.LongInput ?? price.Input;
        decimal? Raised(decimal? cachePrice) => cachePrice is { } usd && price.Input > 0 ? usd * longInput / price.Input : null;
        return standard with
        {
            LongContextAbove = limit,
            LongContext = new ModelPrice
            {
                InputPerMillion = ToNano(longInput, row),
                CachedInputPerMillion = ToNano(price.LongCachedInput ?? Raised(price.CachedInput), row),
                CacheWritePerMillion = ToNano(Raised(price.CacheWrite), row),
                OutputPerMillion = ToNano(price.LongOutput ?? price.Output, row),
            },
        };
    }

    private static NanoUsd? ToNano(decimal? usd, CatalogModelSettings row) => usd is { } value ? ToNano(value, row) : null;

    private static NanoUsd ToNano(decimal usd, CatalogModelSettings row) => usd >= 0
        ? NanoUsd.FromUsd(usd)
        : throw new ArgumentException($"catalog: '{row.Provider}/{row.Model}' has a price below zero ({usd.ToString(CultureInfo.InvariantCulture)}). Prices are USD per million tokens, zero or more.");

    // The same prices have the same version on every machine and after every restart: a ledger row can be checked against the file of its day.
    private static string VersionOf(IEnumerable<ProviderPrices> providers)
    {
        var text = new StringBuilder();
        foreach (var provider in providers.OrderBy(provider => provider.Provider, StringComparer.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture, $"{provider.Provider}\t{(provider.IsFree ? "free" : "")}\n");
            foreach (var (model, price) in provider.Prices.OrderBy(price => price.Key, StringComparer.Ordinal))
            {
                text.Append(model);
                for (var tier = price; tier is not null; tier = tier.LongContext)
                {
                    text.Append(CultureInfo.InvariantCulture,
                        $"\t{tier.InputPerMillion.Value} {tier.CachedInputPerMillion?.Value} {tier.CacheWritePerMillion?.Value} {tier.OutputPerMillion.Value} {tier.LongContextAbove}");
                }

                text.Append('\n');
            }
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())))[..12];
    }
}
