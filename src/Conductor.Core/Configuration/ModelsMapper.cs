using System.Text.Json;
using Conductor.Settings;

namespace Conductor.Configuration;

/// <summary>Reads `models.yaml`.</summary>
internal static class ModelsMapper
{
    public static IReadOnlyList<CatalogModelSettings> Catalog(SettingsReader root) => [.. root.Objects("catalog").Select(Model)];

    public static IReadOnlyDictionary<string, AliasSettings> Aliases(SettingsReader root)
    {
        var aliases = new Dictionary<string, AliasSettings>(StringComparer.Ordinal);
        foreach (var (name, alias) in root.Object("aliases").Members())
        {
            aliases[name] = new AliasSettings
            {
                Targets = [.. alias.Items("targets").Select(target => Target(target.Value, target.Reader)).OfType<AliasTargetSettings>()],
                Strategy = alias.Text("strategy", "ordered"),
                Fallbacks = alias.Texts("fallbacks"),
            };
        }

        return aliases;
    }

    private static AliasTargetSettings? Target(JsonElement value, SettingsReader reader) => value.ValueKind switch
    {
        JsonValueKind.String => new AliasTargetSettings { Model = value.GetString()! },
        JsonValueKind.Object => new AliasTargetSettings { Model = reader.Text("model") ?? "", Weight = (double)(reader.Decimal("weight") ?? 1) },
        _ => null,
    };

    private static CatalogModelSettings Model(SettingsReader entry) => new()
    {
        Provider = entry.Text("provider") ?? "",
        Model = entry.Text("model") ?? "",
        DisplayName = entry.Text("display_name"),
        Tier = entry.Text("tier"),
        Context = entry.Integer("context"),
        MaxOutput = entry.Integer("max_output"),
        DefaultMaxOutputTokens = entry.Integer("default_max_output_tokens"),
        Dimensions = entry.Integer("dimensions"),
        UsdPerMillion = entry.Object("usd_per_million") is { IsObject: true } price ? [Price(price)] : [.. entry.Objects("usd_per_million").Select(Price)],
        Capabilities = entry.Texts("capabilities"),
        QualityScore = (double?)entry.Decimal("quality_score"),
        Enabled = entry.Flag("enabled", true),
    };

    private static PriceSettings Price(SettingsReader price) => new()
    {
        Input = price.Decimal("input") ?? 0,
        CachedInput = price.Decimal("cached_input"),
        CacheWrite = price.Decimal("cache_write"),
        CacheWriteHour = price.Decimal("cache_write_1h"),
        AudioInput = price.Decimal("audio_input"),
        ImageInput = price.Decimal("image_input"),
        Embedding = price.Decimal("embedding"),
        Output = price.Decimal("output") ?? 0,
        Reasoning = price.Decimal("reasoning"),
        AudioOutput = price.Decimal("audio_output"),
        ImageOutput = price.Decimal("image_output"),
        PerRequest = price.Decimal("per_request"),
        ValidFrom = price.Time("valid_from"),
        ValidUntil = price.Time("valid_until"),
        LongContextAbove = price.Long("long_context_above"),
        LongInput = price.Decimal("long_input"),
        LongCachedInput = price.Decimal("long_cached_input"),
        LongOutput = price.Decimal("long_output"),
        Tiers = [.. price.Objects("tiers").Select(Tier)],
    };

    private static PriceTierSettings Tier(SettingsReader tier) => new()
    {
        Above = tier.Long("above") ?? 0,
        Input = tier.Decimal("input") ?? 0,
        CachedInput = tier.Decimal("cached_input"),
        CacheWrite = tier.Decimal("cache_write"),
        CacheWriteHour = tier.Decimal("cache_write_1h"),
        Output = tier.Decimal("output") ?? 0,
        Reasoning = tier.Decimal("reasoning"),
    };
}
