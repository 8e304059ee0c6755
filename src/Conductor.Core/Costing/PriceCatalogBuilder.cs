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
        var providers = settings.Providers.Select(provider => ForProvider(provider.Key, provider.Value, rows, settings)).ToList();
        var ceiling = settings.UnknownPrices == UnknownPriceRule.Quarantine ? new PriceMaker("prices.ceiling", 1).Price(settings.Prices.Ceiling) with { IsCeiling = true } : null;
        return new PriceCatalog(PriceDigest.Of(providers, ceiling), providers) { Ceiling = ceiling };
    }

    private static ProviderPrices ForProvider(string name, ProviderSettings provider, ILookup<string, CatalogModelSettings> rows, ConductorSettings settings)
    {
        var prices = new Dictionary<string, IReadOnlyList<PricePeriod>>(StringComparer.Ordinal);
        var models = new Dictionary<string, CatalogModelSettings>(StringComparer.Ordinal);
        foreach (var alias in NamesOf(name, provider).Reverse()) // the strongest name last: it overwrites
        {
            foreach (var row in rows[alias])
            {
                models[row.Model] = row;
                if (row.UsdPerMillion.Count > 0)
                {
                    var maker = new PriceMaker($"{row.Provider}/{row.Model}", provider.PriceMultiplier);
                    prices[row.Model] = [.. row.UsdPerMillion.Select(maker.Period).OrderBy(period => period.From)];
                }
            }
        }

        // A tenant's own models are nobody else's to see, but a price is a price; what everybody pays wins.
        foreach (var custom in settings.Tenants.Values.SelectMany(tenant => tenant.CustomModels).Where(custom => custom.Provider == name && !prices.ContainsKey(custom.Model)))
        {
            var price = new PriceSettings { Input = custom.UsdPerMillionInput, Output = custom.UsdPerMillionOutput };
            prices[custom.Model] = [new PriceMaker(custom.Id, provider.PriceMultiplier).Period(price)];
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
}
