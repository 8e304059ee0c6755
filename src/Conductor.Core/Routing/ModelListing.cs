using Conductor.Catalog;
using Conductor.Providers;
using Conductor.Settings;

namespace Conductor.Routing;

/// <summary>What somebody may ask for and would be answered: the same names, lists and providers that <see cref="Router"/> goes by.</summary>
public static class ModelListing
{
    // Names lead to the same targets whatever is asked of them, `auto` excepted.
    private static readonly RouteNeed Anything = new(ModelCapabilities.None);

    /// <summary>`auto`, the aliases, then every provider's models, each where at least one target is live and allowed.</summary>
    /// <param name="catalog">What can be called now.</param>
    /// <param name="tenant">Who asks; null = whoever no tenant's list binds.</param>
    /// <param name="key">With which key; null = without one.</param>
    public static IReadOnlyList<ListedModel> For(CatalogSnapshot catalog, string? tenant, CallerKeySettings? key = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        var own = tenant is null ? null : catalog.Settings.Tenants.GetValueOrDefault(tenant);
        var names = new ModelNames(catalog, Anything, own);
        List<ListedModel> list = [];
        if (!catalog.Settings.Aliases.ContainsKey("auto") && LiveTargets(catalog, own).Any(target => IsAllowed(catalog, tenant, key, "auto", target)))
        {
            list.Add(new ListedModel("auto", "route", "conductor") { DisplayName = "The best model for the request" });
        }

        foreach (var (name, alias) in catalog.Settings.Aliases)
        {
            if (LeadsSomewhere(name))
            {
                list.Add(new ListedModel(name, "alias", "conductor") { Targets = [.. alias.Targets.Select(target => target.Model).Where(LeadsSomewhere)] });
            }

            bool LeadsSomewhere(string written) => written.EndsWith('*') ? Passes(written) : Callable(names.Resolve(written), catalog, tenant, key, name).Count > 0;

            // A pattern stands for names that nobody can count: it is shown while there is somebody to pass them on to.
            bool Passes(string pattern) => catalog.Settings.Aliases.TryGetValue(pattern, out var wide) && pattern == name
                ? wide.Targets.Any(target => target.Model != pattern ? LeadsSomewhere(target.Model) : IsProviders(pattern))
                : IsProviders(pattern);

            bool IsProviders(string pattern) => catalog.Providers.TryGetValue(pattern.Split('/')[0], out var provider)
                && RouteFilters.IsAllowed(catalog.Settings, tenant, key, name, pattern, provider.Name);
        }

        list.AddRange(LiveTargets(catalog, own).Where(target => IsAllowed(catalog, tenant, key, target.Id, target)).Select(Describe));
        return list;
    }

    private static IEnumerable<Target> LiveTargets(CatalogSnapshot catalog, TenantSettings? tenant) =>
        catalog.Providers.Values.SelectMany(provider => TenantModels.Of(provider, tenant).Select(model => new Target(provider, model, 1)));

    private static List<Target> Callable(Resolution resolution, CatalogSnapshot catalog, string? tenant, CallerKeySettings? key, string name) =>
        [.. resolution.Targets.Concat(resolution.Fallbacks).Where(target => IsAllowed(catalog, tenant, key, name, target))];

    private static bool IsAllowed(CatalogSnapshot catalog, string? tenant, CallerKeySettings? key, string name, Target target) =>
        RouteFilters.IsAllowed(catalog.Settings, tenant, key, name, target.Id, target.Provider.Name);

    private static ListedModel Describe(Target target) => new(target.Id, "model", target.Provider.Name)
    {
        DisplayName = target.Model.DisplayName,
        Capabilities = target.Model.Capabilities,
        Operations = target.Model.Operations,
        ContextWindow = target.Model.ContextWindow,
        MaxOutputTokens = target.Model.MaxOutputTokens,
    };
}
