using Conductor.Schemas;
using Conductor.Settings;

namespace Conductor.Configuration;

/// <summary>Rules of prices that a schema cannot say: no two are in force at once, and tiers follow one another.</summary>
internal sealed class PriceRules(ConductorSettings settings, SettingsDocument models, ProblemList problems)
{
    public void Check()
    {
        for (var i = 0; i < settings.Catalog.Count; i++)
        {
            var prices = settings.Catalog[i].UsdPerMillion;
            var path = $"{InstancePath.Join("catalog", i)}.usd_per_million";
            for (var j = 0; j < prices.Count; j++)
            {
                var at = prices.Count > 1 ? InstancePath.Join(path, j) : path;
                Price(prices[j], at);
                if (prices.Take(j).Any(earlier => Overlap(earlier, prices[j])))
                {
                    Complain(at, "is in force at the same time as another price of this model; give one a 'valid_until', the other a 'valid_from'");
                }
            }
        }
    }

    private void Price(PriceSettings price, string path)
    {
        if (price.ValidFrom >= price.ValidUntil)
        {
            Complain($"{path}.valid_until", "must be later than 'valid_from'");
        }

        if (price is { LongContextAbove: not null, Tiers.Count: > 0 })
        {
            Complain($"{path}.tiers", "and 'long_context_above' exclude each other; make the long_ prices a tier");
        }

        for (var i = 1; i < price.Tiers.Count; i++)
        {
            if (price.Tiers[i].Above <= price.Tiers[i - 1].Above)
            {
                Complain($"{InstancePath.Join($"{path}.tiers", i)}.above", $"must be more than that of the tier before it, {price.Tiers[i - 1].Above}");
            }
        }
    }

    private static bool Overlap(PriceSettings left, PriceSettings right) =>
        (left.ValidFrom ?? DateTimeOffset.MinValue) < (right.ValidUntil ?? DateTimeOffset.MaxValue)
        && (right.ValidFrom ?? DateTimeOffset.MinValue) < (left.ValidUntil ?? DateTimeOffset.MaxValue);

    private void Complain(string path, string message)
    {
        if (!problems.Has(models.File, path))
        {
            models.Problem(path, message);
        }
    }
}
