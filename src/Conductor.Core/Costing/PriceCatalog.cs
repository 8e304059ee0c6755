using Conductor.Money;

namespace Conductor.Costing;

/// <summary>Prices by provider and model, of one version.</summary>
public sealed class PriceCatalog
{
    public static PriceCatalog Empty { get; } = new("none", new Dictionary<string, ModelPrice>());

    private readonly IReadOnlyDictionary<string, ModelPrice> _prices;

    /// <param name="version">Tells one set of prices from another; goes into every ledger row.</param>
    /// <param name="prices">By `provider/model`.</param>
    public PriceCatalog(string version, IReadOnlyDictionary<string, ModelPrice> prices)
    {
        Version = version;
        _prices = prices;
    }

    public string Version { get; }

    /// <summary>Null where unknown.</summary>
    public ModelPrice? Find(string provider, string model) => _prices.GetValueOrDefault($"{provider}/{model}");
}
