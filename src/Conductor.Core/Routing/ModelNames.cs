using Conductor.Catalog;
using Conductor.Providers;
using Conductor.Settings;

namespace Conductor.Routing;

/// <summary>Turns the name that a caller gives into targets: `auto`, an alias, a wildcard, provider/model, a bare model name.</summary>
/// <param name="catalog">What can be called.</param>
/// <param name="need">What the call needs.</param>
/// <param name="tenant">Whose models are known besides everybody's; null = nobody's.</param>
/// <param name="forcedProvider">The only provider that may serve; a bare name is then meant for it.</param>
internal sealed class ModelNames(CatalogSnapshot catalog, RouteNeed need, TenantSettings? tenant = null, string? forcedProvider = null)
{
    private const int DeepestAlias = 8; // aliases of aliases; the settings refuse cycles, this bounds what a cycle could do

    /// <summary>The targets of a name in their written order; empty when nobody knows the name.</summary>
    public Resolution Resolve(string name) => Resolve(name, DeepestAlias);

    private Resolution Resolve(string name, int depth)
    {
        if (depth == 0)
        {
            return Resolution.None;
        }

        if (catalog.Settings.Aliases.TryGetValue(name, out var alias))
        {
            return Expand(name, alias, wildcard: null, depth);
        }

        if (name == "auto")
        {
            return new Resolution("auto", catalog.Settings.Defaults.Strategy, Automatic(), []);
        }

        if (Wildcard(name) is { } pattern)
        {
            return Expand(name, catalog.Settings.Aliases[pattern], pattern, depth);
        }

        return Direct(name) ?? Bare(name);
    }

    private Resolution Expand(string name, AliasSettings alias, string? wildcard, int depth)
    {
        // An alias for one other alias is only another name: "as written" over one target says nothing, the other's strategy does.
        var strategy = alias.Strategy;
        List<Target> targets = [];
        List<Target> fallbacks = [];
        foreach (var written in alias.Targets)
        {
            var resolved = Member(written.Model, wildcard, name, depth);
            targets.AddRange(Shared(resolved, written.Weight));
            fallbacks.AddRange(resolved.Fallbacks);
            strategy = alias is { Targets.Count: 1, Strategy: "ordered" } ? resolved.Strategy : strategy;
        }

        foreach (var fallback in alias.Fallbacks)
        {
            var resolved = Member(fallback, wildcard, name, depth);
            fallbacks.AddRange(resolved.Targets);
            fallbacks.AddRange(resolved.Fallbacks);
        }

        return new Resolution(wildcard ?? name, strategy, targets, fallbacks);
    }

    // `openai/*: [openai/*]` names itself: what a star passes on is a provider's model, never the alias again.
    private Resolution Member(string written, string? wildcard, string name, int depth) =>
        wildcard is not null && written.EndsWith('*') ? Direct(PassOn(written, wildcard, name)) ?? Resolution.None : Resolve(written, depth - 1);

    // What stands in an alias for several targets has one weight there: they share it, in their own proportions, or the first has it where they are ordered.
    private static IEnumerable<Target> Shared(Resolution resolved, double weight)
    {
        if (resolved.Targets.Count == 1)
        {
            return [resolved.Targets[0] with { Weight = weight }];
        }

        var total = resolved.Targets.Sum(target => target.Weight);
        return resolved.Targets.Select((target, index) => target with
        {
            Weight = resolved.Strategy == "ordered" ? (index == 0 ? weight : 0) : total > 0 ? weight * target.Weight / total : 0,
        });
    }

    // The longest pattern wins.
    private string? Wildcard(string name) => catalog.Settings.Aliases.Keys
        .Where(pattern => pattern.EndsWith('*') && name.Length >= pattern.Length && name.AsSpan().StartsWith(pattern.AsSpan(..^1), StringComparison.Ordinal))
        .MaxBy(pattern => pattern.Length);

    // `openai/*` passes on what stands for the star; `bad-*` passes on the whole name, unless the target repeats `bad-` itself.
    private static string PassOn(string target, string pattern, string name)
    {
        var head = target[..^1];
        var prefix = pattern[..^1];
        var star = name[prefix.Length..];
        return prefix.EndsWith('/') || head.EndsWith('/' + prefix, StringComparison.Ordinal) ? head + star : head + name;
    }

    private Resolution? Direct(string name)
    {
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        if (slash <= 0 || slash == name.Length - 1 || !catalog.Providers.TryGetValue(name[..slash], out var provider))
        {
            return null;
        }

        var model = name[(slash + 1)..];
        return Offers(provider, model)
            ? new Resolution(name, "ordered", [new Target(provider, Describe(provider, model), 1)], [])
            : Resolution.None;
    }

    private Resolution Bare(string name)
    {
        var asked = catalog.Providers.Values.Where(provider => forcedProvider is null || provider.Name == forcedProvider);
        var listed = asked
            .Where(provider => TenantModels.Of(provider, tenant).Any(model => model.Id == name))
            .Select(provider => new Target(provider, Describe(provider, name), 1))
            .ToList();
        if (listed.Count > 0)
        {
            return new Resolution(name, "ordered", listed, []);
        }

        // A name that nobody lists goes only to a provider that the caller names with it. Passed on to whoever takes any name, it would be a guess:
        // many a server ignores the name and answers as the model that it has.
        var named = forcedProvider is null || name.Length == 0 ? null : asked.FirstOrDefault(provider => Offers(provider, name));
        return named is not null ? new Resolution(name, "ordered", [new Target(named, Describe(named, name), 1)], []) : Resolution.None;
    }

    /// <summary>What a tenant prefers: the primary target first, then one of each fallback provider, its own in the order of the names.</summary>
    /// <param name="preference">The preference.</param>
    /// <param name="best">Chooses among a provider's targets; they are at least one.</param>
    public Resolution Prefer(ModelPreferenceSettings preference, Func<IReadOnlyList<Target>, Target> best)
    {
        var primary = Direct($"{preference.PrimaryProvider}/{preference.PrimaryModel}") ?? Resolution.None;
        List<Target> fallbacks = [];
        List<Target>? automatic = null;
        foreach (var name in preference.FallbackProviders.Concat(tenant?.FallbackChain ?? []).Distinct(StringComparer.Ordinal))
        {
            if (!catalog.Providers.TryGetValue(name, out var provider))
            {
                continue;
            }

            var known = TenantModels.Of(provider, tenant).FirstOrDefault(model => model.Id == preference.PrimaryModel);
            List<Target> choice = known is not null && need.WhyNot(known) is null ? [new Target(provider, known, 1)] : [.. (automatic ??= Automatic()).Where(target => target.Provider.Name == name)];
            if (choice.Count > 0)
            {
                fallbacks.Add(choice.Count == 1 ? choice[0] : best(choice));
            }
        }

        return new Resolution("preference", "ordered", primary.Targets, fallbacks);
    }

    private List<Target> Automatic()
    {
        List<Target> native = [];
        List<Target> others = [];
        foreach (var provider in catalog.Providers.Values)
        {
            foreach (var model in TenantModels.Of(provider, tenant))
            {
                if (need.Operation is { } operation && !TenantModels.IsFor(TenantModels.Find(provider, model.Id, tenant), operation))
                {
                    continue;
                }

                if (need.IsNative(model))
                {
                    native.Add(new Target(provider, model, 1));
                }
                else if (need.WhyNot(model) is null)
                {
                    others.Add(new Target(provider, model, 1));
                }
            }
        }

        // A server's list does not say which of its models make embeddings: those that are known to make nothing else are asked before the rest.
        if (need.Capability == ModelCapabilities.Embeddings && others.Exists(target => !target.Model.Capabilities.HasFlag(ModelCapabilities.Chat)))
        {
            others.RemoveAll(target => target.Model.Capabilities.HasFlag(ModelCapabilities.Chat));
        }

        native.AddRange(others);
        return native;
    }

    private bool Offers(ProviderEntry provider, string model) =>
        TenantModels.Of(provider, tenant).Any(known => known.Id == model)
        || provider.Settings.Models.Any(offered => offered.EndsWith('*') ? model.StartsWith(offered[..^1], StringComparison.Ordinal) : offered == model);

    // A name that nobody listed is passed on; whether the model can do what is asked, the provider knows.
    private ModelDescriptor Describe(ProviderEntry provider, string model) =>
        TenantModels.Of(provider, tenant).FirstOrDefault(known => known.Id == model)
        ?? new ModelDescriptor { Id = model, Capabilities = ModelCapabilities.Chat | ModelCapabilities.Streaming | ModelCapabilities.Embeddings };
}

/// <summary>What a name means.</summary>
internal sealed record Resolution(string Route, string Strategy, IReadOnlyList<Target> Targets, IReadOnlyList<Target> Fallbacks)
{
    public static Resolution None { get; } = new("", "ordered", [], []);
}

/// <summary>One target that a name means.</summary>
internal sealed record Target(ProviderEntry Provider, ModelDescriptor Model, double Weight)
{
    public string Id => $"{Provider.Name}/{Model.Id}";
}
