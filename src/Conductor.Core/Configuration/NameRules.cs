using Conductor.Schemas;
using Conductor.Settings;
using Conductor.Text;

namespace Conductor.Configuration;

/// <summary>Rules across documents: every name that is used is somewhere defined, and no alias leads back to itself.</summary>
internal sealed class NameRules(ConductorSettings settings, SettingsDocument conductor, SettingsDocument models, SettingsDocument tenants, ProblemList problems)
{
    private const int DeepestAlias = 8; // as deep as routing follows them

    private static readonly string[] Strategies = ["ordered", "weighted", "balanced", "cost_optimized", "performance_optimized"];

    private readonly HashSet<string> _catalogModels = [.. settings.Catalog.Select(model => model.Model)];

    public void Check()
    {
        Model(conductor, "defaults.model", settings.Defaults.Model);
        Strategy(conductor, "defaults.strategy", settings.Defaults.Strategy);
        for (var i = 0; i < settings.Defaults.AllowedProviders.Count; i++)
        {
            Provider(conductor, InstancePath.Join("defaults.allowed_providers", i), settings.Defaults.AllowedProviders[i]);
        }

        Patterns(conductor, "defaults.allowed_models", settings.Defaults.AllowedModels);
        foreach (var (name, operation) in settings.Operations)
        {
            if (operation.Model is { Length: > 0 } model)
            {
                Model(conductor, $"{InstancePath.Join("operations", name)}.model", model);
            }
        }

        foreach (var (name, tenant) in settings.Tenants)
        {
            Patterns(tenants, $"{InstancePath.Join("tenants", name)}.models", tenant.Models);
            Tenant(InstancePath.Join("tenants", name), name, tenant);
        }

        Catalog();
        foreach (var (name, alias) in settings.Aliases)
        {
            Alias(name, alias, InstancePath.Join("aliases", name));
        }

        Cycles();
    }

    private void Tenant(string path, string name, TenantSettings tenant)
    {
        foreach (var (operation, preference) in tenant.Preferences)
        {
            var at = InstancePath.Join($"{path}.model_preferences", operation);
            if (preference.PrimaryProvider.Length > 0)
            {
                Provider(tenants, $"{at}.primary_provider", preference.PrimaryProvider);
            }

            Strategy(tenants, $"{at}.routing_strategy", preference.RoutingStrategy);
            Providers($"{at}.fallback_providers", preference.FallbackProviders);
        }

        Providers($"{path}.fallback_chain", tenant.FallbackChain);
        HashSet<string> seen = new(StringComparer.Ordinal);
        for (var i = 0; i < tenant.CustomModels.Count; i++)
        {
            var (at, model) = (InstancePath.Join($"{path}.custom_models", i), tenant.CustomModels[i]);
            if (model.Provider.Length > 0)
            {
                Provider(tenants, $"{at}.provider", model.Provider);
            }

            if (model.Provider.Length > 0 && model.Model.Length > 0 && !seen.Add(model.Id))
            {
                Complain(tenants, at, $"'{model.Id}' is listed twice");
            }
            else if (settings.Tenants.FirstOrDefault(other => string.CompareOrdinal(other.Key, name) < 0 && other.Value.CustomModels.Any(same => same.Id == model.Id && (same.UsdPerMillionInput, same.UsdPerMillionOutput) != (model.UsdPerMillionInput, model.UsdPerMillionOutput))).Key is { } otherName)
            {
                Complain(tenants, at, $"'{model.Id}' has another price at tenant '{otherName}'; one model of one provider has one price");
            }
        }

        void Providers(string at, IReadOnlyList<string> names)
        {
            for (var i = 0; i < names.Count; i++)
            {
                Provider(tenants, InstancePath.Join(at, i), names[i]);
            }
        }
    }

    private void Catalog()
    {
        var known = settings.Providers.SelectMany(provider => new[] { provider.Key, provider.Value.Plugin }).Concat(CatalogKinds.Known).ToHashSet();
        var seen = new HashSet<(string, string)>();
        for (var i = 0; i < settings.Catalog.Count; i++)
        {
            var (provider, model) = (settings.Catalog[i].Provider, settings.Catalog[i].Model);
            var path = InstancePath.Join("catalog", i);
            if (provider.Length > 0 && !known.Contains(provider))
            {
                Complain(models, $"{path}.provider", $"'{provider}' is neither a configured provider, nor a plugin, nor a kind of service{NearestName.Hint(provider, known)}");
            }

            if (provider.Length > 0 && model.Length > 0 && !seen.Add((provider, model)))
            {
                Complain(models, path, $"'{provider}/{model}' is listed twice");
            }
        }
    }

    private void Alias(string name, AliasSettings alias, string path)
    {
        Strategy(models, $"{path}.strategy", alias.Strategy);
        if (name == "auto")
        {
            Complain(models, path, "'auto' is the name for letting Conductor choose; give the alias another one");
        }

        var passesOn = name.EndsWith('*');
        for (var i = 0; i < alias.Targets.Count; i++)
        {
            var target = alias.Targets[i].Model;
            var at = InstancePath.Join($"{path}.targets", i);
            if (target.EndsWith('*') && !passesOn)
            {
                Complain(models, at, $"'{target}' passes a name on, which only an alias whose own name ends with '*' can do");
            }
            else if (passesOn && !target.Contains('/', StringComparison.Ordinal) && target.Length > 0)
            {
                Complain(models, at, $"'{target}' must be provider/model or provider/*, for the alias ends with '*'");
            }
            else if (passesOn && target.Length > 0)
            {
                Provider(models, at, target[..target.IndexOf('/', StringComparison.Ordinal)]);
            }
            else
            {
                Model(models, at, target);
            }
        }

        for (var i = 0; i < alias.Fallbacks.Count; i++)
        {
            Model(models, InstancePath.Join($"{path}.fallbacks", i), alias.Fallbacks[i]);
        }
    }

    private void Cycles()
    {
        var done = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in settings.Aliases.Keys)
        {
            Follow(name, [], done);
        }
    }

    private void Follow(string name, List<string> trail, HashSet<string> done)
    {
        var start = trail.IndexOf(name);
        if (start >= 0)
        {
            var circle = trail.Skip(start).ToList();
            done.UnionWith(circle);
            Complain(models, InstancePath.Join("aliases", circle[0]), $"leads back to itself: {string.Join(" → ", circle.Append(name))}");
            return;
        }

        if (done.Contains(name))
        {
            return;
        }

        if (trail.Count >= DeepestAlias)
        {
            Complain(models, InstancePath.Join("aliases", trail[0]), $"is an alias of aliases more than {DeepestAlias} deep: {string.Join(" → ", trail)} → …");
            return;
        }

        trail.Add(name);
        var alias = settings.Aliases[name];
        var next = name.EndsWith('*') ? alias.Fallbacks : alias.Targets.Select(target => target.Model).Concat(alias.Fallbacks);
        foreach (var other in next.Select(AliasOf).OfType<string>())
        {
            Follow(other, trail, done);
        }

        trail.RemoveAt(trail.Count - 1);
        if (trail.Count == 0)
        {
            done.Add(name);
        }
    }

    private string? AliasOf(string name) =>
        settings.Aliases.ContainsKey(name) ? name
        : name == "auto" ? null
        : settings.Aliases.Keys.Where(pattern => pattern.EndsWith('*') && name.StartsWith(pattern[..^1], StringComparison.Ordinal)).MaxBy(pattern => pattern.Length);

    private void Model(SettingsDocument document, string path, string name)
    {
        if (name.Length == 0 || name == "auto" || AliasOf(name) is not null)
        {
            return;
        }

        var slash = name.IndexOf('/', StringComparison.Ordinal);
        if (slash > 0 && slash < name.Length - 1 && settings.Providers.ContainsKey(name[..slash]))
        {
            return;
        }

        // A bare name that some provider is known to offer is found by routing.
        if (_catalogModels.Contains(name) || settings.Providers.Values.Any(provider => provider.Models.Contains(name)))
        {
            return;
        }

        if (slash > 0)
        {
            Provider(document, path, name[..slash]);
            return;
        }

        Complain(document, path, $"'{JsonValues.Cut(name)}' is neither an alias nor provider/model{NearestName.Hint(name, [.. settings.Aliases.Keys, "auto", .. _catalogModels])}");
    }

    private void Patterns(SettingsDocument document, string path, IReadOnlyList<string> patterns)
    {
        for (var i = 0; i < patterns.Count; i++)
        {
            if (!patterns[i].Contains('*', StringComparison.Ordinal))
            {
                Model(document, InstancePath.Join(path, i), patterns[i]);
            }
            else if (patterns[i].IndexOf('/', StringComparison.Ordinal) is > 0 and var slash && !settings.Aliases.ContainsKey(patterns[i]))
            {
                Provider(document, InstancePath.Join(path, i), patterns[i][..slash]);
            }
        }
    }

    private void Provider(SettingsDocument document, string path, string provider)
    {
        if (!settings.Providers.ContainsKey(provider) && !provider.Contains('*', StringComparison.Ordinal))
        {
            Complain(document, path, $"names provider '{JsonValues.Cut(provider)}', which is not configured{NearestName.Hint(provider, settings.Providers.Keys)}");
        }
    }

    private void Strategy(SettingsDocument document, string path, string strategy)
    {
        if (Strategies.Contains(strategy))
        {
            return;
        }

        // Another name may be a strategy of the program that Conductor runs in; a slip of the hand is told from it by its likeness.
        if (NearestName.Find(strategy, Strategies) is { } nearest)
        {
            Complain(document, path, $"'{JsonValues.Cut(strategy)}' is not a strategy (nearest: '{nearest}')");
        }
        else
        {
            problems.Notes.Add($"{path}: '{JsonValues.Cut(strategy)}' is none of Conductor's own strategies ({string.Join(", ", Strategies)}); unless this program adds it, targets are taken as written");
        }
    }

    private void Complain(SettingsDocument document, string path, string message)
    {
        if (!problems.Has(document.File, path))
        {
            document.Problem(path, message);
        }
    }
}
