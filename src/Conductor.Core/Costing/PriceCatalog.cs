using Conductor.Money;
using Conductor.Routing;
using Conductor.Settings;

namespace Conductor.Costing;

/// <summary>What is known of models by provider and name: prices of one version, each with the time in which it is in force, and the catalogue's rows. Immutable.</summary>
public sealed class PriceCatalog
{
    public static PriceCatalog Empty { get; } = new("none", []);

    private readonly Dictionary<string, ProviderPrices> _providers = new(StringComparer.Ordinal);

    /// <param name="version">Tells one set of prices from another; goes into every ledger row.</param>
    /// <param name="prices">By `provider/model`, in force always; the provider's name ends at the first slash.</param>
    public PriceCatalog(string version, IReadOnlyDictionary<string, ModelPrice> prices)
        : this(version, prices.Select(price => ToProvider(price.Key, price.Value)).GroupBy(one => one.Provider, StringComparer.Ordinal)
            .Select(group => new ProviderPrices(group.Key, false, group.ToDictionary(one => one.Model, one => (IReadOnlyList<PricePeriod>)[PricePeriod.Always(one.Price)], StringComparer.Ordinal), [])))
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

    /// <summary>What calls of unknown price are booked with instead; null where they are not.</summary>
    public ModelPrice? Ceiling { get; init; }

    internal IEnumerable<ProviderPrices> Providers => _providers.Values;

    /// <summary>The price of a model at a configured provider at a time; null where unknown.</summary>
    public ModelPrice? Find(string provider, string model, DateTimeOffset at)
    {
        if (!_providers.TryGetValue(provider, out var known))
        {
            return null;
        }

        return known.IsFree ? ModelPrice.Free : PeriodOf(known, model, at)?.Price;
    }

    /// <summary>The same target with the price that is in force at a time: a plan may have been made before the price changed.</summary>
    public RouteHop InForce(RouteHop hop, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(hop);
        return Find(hop.Provider.Name, hop.Model.Id, at) is { } price && !ReferenceEquals(price, hop.Price) ? hop with { Price = price } : hop;
    }

    /// <summary>Which prices a cost was made with, for its ledger row: this version, marked where it was the ceiling; null where the price is unknown.</summary>
    public string? VersionOf(ModelPrice? price) => price switch
    {
        null => null,
        { IsCeiling: true } => Version + CeilingMark,
        _ => Version,
    };

    /// <summary>What stands behind the version where a cost was made with <see cref="Ceiling"/>.</summary>
    public const string CeilingMark = "+ceiling";

    /// <summary>The catalogue's whole row of a model at a configured provider: limits, capabilities, quality; null where there is none.</summary>
    public CatalogModelSettings? FindModel(string provider, string model) => _providers.GetValueOrDefault(provider)?.Models.GetValueOrDefault(model);

    /// <summary>The catalogue's rows of a configured provider.</summary>
    public IReadOnlyCollection<CatalogModelSettings> ModelsOf(string provider) => _providers.TryGetValue(provider, out var known) ? known.Models.Values : [];

    private static PricePeriod? PeriodOf(ProviderPrices provider, string model, DateTimeOffset at)
    {
        if (provider.Prices.TryGetValue(model, out var periods))
        {
            foreach (var period in periods)
            {
                if (period.Holds(at))
                {
                    return period;
                }
            }
        }

        return null;
    }

    private static (string Provider, string Model, ModelPrice Price) ToProvider(string target, ModelPrice price)
    {
        var slash = target.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? (target, "", price) : (target[..slash], target[(slash + 1)..], price);
    }
}

/// <summary>Prices and rows of one configured provider.</summary>
/// <param name="Provider">Its configured name.</param>
/// <param name="IsFree">Every model costs nothing, whatever its row says.</param>
/// <param name="Prices">By the provider's own name of the model, the earliest first.</param>
/// <param name="Models">By the provider's own name of the model.</param>
internal sealed record ProviderPrices(
    string Provider,
    bool IsFree,
    Dictionary<string, IReadOnlyList<PricePeriod>> Prices,
    Dictionary<string, CatalogModelSettings> Models);
