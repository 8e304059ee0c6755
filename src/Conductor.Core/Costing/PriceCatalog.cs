using Conductor.Money;
using Conductor.Settings;

namespace Conductor.Costing;

/// <summary>What is known of models by provider and name: prices of one version, and the catalogue's rows. Immutable.</summary>
public sealed class PriceCatalog
{
    public static PriceCatalog Empty { get; } = new("none", []);

    private readonly Dictionary<string, ProviderPrices> _providers = new(StringComparer.Ordinal);

    /// <param name="version">Tells one set of prices from another; goes into every ledger row.</param>
    /// <param name="prices">By `provider/model`; the provider's name ends at the first slash.</param>
    public PriceCatalog(string version, IReadOnlyDictionary<string, ModelPrice> prices)
        : this(version, prices.Select(price => ToProvider(price.Key, price.Value)).GroupBy(one => one.Provider, StringComparer.Ordinal)
            .Select(group => new ProviderPrices(group.Key, false, group.ToDictionary(one => one.Model, one => one.Price, StringComparer.Ordinal), [])))
    {
    }

    internal PriceCatalog(string version, IEnumerable<ProviderPrices> providers)
    {
        Version = version;
        foreach (var provider in providers)
        {
            _providers.Add(provider.Provider, provider);
        }
    }

    public string Version { get; }

    /// <summary>The price of a model at a configured provider; null where unknown.</summary>
    public ModelPrice? Find(string provider, string model)
    {
        if (!_providers.TryGetValue(provider, out var known))
        {
            return null;
        }

        return known.IsFree ? ModelPrice.Free : known.Prices.GetValueOrDefault(model);
    }

    /// <summary>The catalogue's whole row of a model at a configured provider: limits, capabilities, quality; null where there is none.</summary>
    public CatalogModelSettings? FindModel(string provider, string model) => _providers.GetValueOrDefault(provider)?.Models.GetValueOrDefault(model);

    /// <summary>The catalogue's rows of a configured provider.</summary>
    public IReadOnlyCollection<CatalogModelSettings> ModelsOf(string provider) => _providers.TryGetValue(provider, out var known) ? known.Models.Values : [];

    private static (string Provider, string Model, ModelPrice Price) ToProvider(string target, ModelPrice price)
    {
        var slash = target.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? (target, "", price) : (target[..slash], target[(slash + 1)..], price);
    }
}

/// <summary>Prices and rows of one configured provider.</summary>
/// <param name="Provider">Its configured name.</param>
/// <param name="IsFree">Every model costs nothing, whatever its row says.</param>
/// <param name="Prices">By the provider's own name of the model.</param>
/// <param name="Models">By the provider's own name of the model.</param>
internal sealed record ProviderPrices(
    string Provider,
    bool IsFree,
    Dictionary<string, ModelPrice> Prices,
    Dictionary<string, CatalogModelSettings> Models);
