using Conductor.Catalog;
using Conductor.Providers;
using Conductor.Settings;

namespace Conductor.Routing;

/// <summary>Which models a tenant sees of a provider: the provider's, and those of its own. A custom model of others does not exist for it.</summary>
internal static class TenantModels
{
    /// <summary>The provider's models, and behind them the tenant's own.</summary>
    public static IReadOnlyList<ModelDescriptor> Of(ProviderEntry provider, TenantSettings? tenant)
    {
        if (tenant is null || tenant.CustomModels.Count == 0)
        {
            return provider.Models;
        }

        List<ModelDescriptor> models = [.. provider.Models];
        foreach (var custom in tenant.CustomModels.Where(custom => custom.IsEnabled && custom.Provider == provider.Name && models.TrueForAll(model => model.Id != custom.Model)))
        {
            models.Add(Describe(custom));
        }

        return models;
    }

    /// <summary>The tenant's own model of this name; null where it has none, and where everybody has it.</summary>
    public static CustomModelSettings? Find(ProviderEntry provider, string model, TenantSettings? tenant) =>
        tenant is null || tenant.CustomModels.Count == 0 || provider.Models.Any(known => known.Id == model) ? null
        : tenant.CustomModels.FirstOrDefault(custom => custom.IsEnabled && custom.Provider == provider.Name && custom.Model == model);

    /// <summary>Whether a target is a custom model of other tenants alone. What everybody has is nobody's.</summary>
    public static bool IsOfOthers(ConductorSettings settings, TenantSettings? tenant, ProviderEntry provider, string model)
    {
        if (!settings.HasCustomModels || provider.Models.Any(known => known.Id == model) || IsOf(tenant))
        {
            return false;
        }

        return settings.Tenants.Values.Any(IsOf);

        bool IsOf(TenantSettings? one) => one is not null && one.CustomModels.Any(custom => custom.Provider == provider.Name && custom.Model == model);
    }

    /// <summary>Whether the model may be chosen for an operation without being named.</summary>
    public static bool IsFor(CustomModelSettings? custom, string operation) => custom is null || custom.Operations.Count == 0 || custom.Operations.Contains(operation);

    private static ModelDescriptor Describe(CustomModelSettings custom) => new()
    {
        Id = custom.Model,
        QualityScore = custom.QualityScore,
        Capabilities = custom.Operations is ["embeddings"] ? ModelCapabilities.Embeddings : ModelCapabilities.Chat | ModelCapabilities.Streaming,
    };
}
