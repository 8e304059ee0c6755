using Conductor.Costing;
using Conductor.Providers;
using Conductor.Settings;

namespace Conductor.Plugins;

/// <summary>What a provider offers: what it lists itself, what its settings name, and what the catalogue knows of each.</summary>
internal static class ModelLists
{
    /// <param name="name">The provider's configured name.</param>
    /// <param name="provider">Its settings.</param>
    /// <param name="listed">What it listed; null when it could not be asked.</param>
    /// <param name="catalog">The catalogue of `models.yaml`.</param>
    public static IReadOnlyList<ModelDescriptor> Merge(
        string name, ProviderSettings provider, IReadOnlyList<ModelDescriptor>? listed, PriceCatalog catalog)
    {
        Dictionary<string, ModelDescriptor> models = new(StringComparer.Ordinal);
        var isOpen = provider.Models.Contains("*");
        foreach (var model in listed ?? [])
        {
            if (isOpen || provider.Models.Any(offered => Matches(offered, model.Id)))
            {
                models[model.Id] = model;
            }
        }

        foreach (var offered in provider.Models.Where(offered => !offered.EndsWith('*')))
        {
            models.TryAdd(offered, new ModelDescriptor { Id = offered });
        }

        if (listed is null && isOpen)
        {
            // It could not be asked; what the catalogue knows of it is the best list there is.
            foreach (var row in catalog.ModelsOf(name))
            {
                models.TryAdd(row.Model, new ModelDescriptor { Id = row.Model });
            }
        }

        return [.. models.Values.Select(model => Enrich(model, catalog.FindModel(name, model.Id))).OfType<ModelDescriptor>()];
    }

    private static bool Matches(string offered, string id) =>
        offered.EndsWith('*') ? id.StartsWith(offered[..^1], StringComparison.Ordinal) : offered == id;

    // Null for a model that the catalogue switches off.
    private static ModelDescriptor? Enrich(ModelDescriptor model, CatalogModelSettings? row)
    {
        if (row is null)
        {
            return model;
        }

        return !row.Enabled ? null : model with
        {
            DisplayName = row.DisplayName ?? model.DisplayName,
            Tier = row.Tier ?? model.Tier,
            ContextWindow = row.Context ?? model.ContextWindow,
            MaxOutputTokens = row.MaxOutput ?? model.MaxOutputTokens,
            QualityScore = row.QualityScore ?? model.QualityScore,
            Capabilities = CapabilitiesOf(row) | (model.Capabilities & ModelCapabilities.Operations),
        };
    }

    private static ModelCapabilities CapabilitiesOf(CatalogModelSettings row)
    {
        if (row.Capabilities.Contains("embeddings"))
        {
            return ModelCapabilities.Embeddings;
        }

        var capabilities = ModelCapabilities.Chat | ModelCapabilities.Streaming;
        foreach (var written in row.Capabilities)
        {
            capabilities |= written switch
            {
                "tools" => ModelCapabilities.Tools,
                "vision" => ModelCapabilities.Vision,
                "json_schema" => ModelCapabilities.JsonSchema,
                "reasoning" => ModelCapabilities.Reasoning,
                _ => ModelCapabilities.None,
            };
        }

        return capabilities;
    }
}
