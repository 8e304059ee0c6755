using System.Text.Json;
using Conductor.Schemas;
using Conductor.Security;
using Conductor.Settings;
using Conductor.Text;

namespace Conductor.Configuration;

/// <summary>Reads `providers:`. Before the document is checked its references are replaced here, because a provider without a key needs none of them.</summary>
internal sealed class ProviderMapper(SettingsDocument document, EnvironmentReferences references, SecretReferences secrets, SealedKeys sealedKeys, ProblemList problems)
{
    private const string Reserved = "local";

    /// <summary>Members that are Conductor's own; the rest is the plugin's.</summary>
    private static readonly string[] Own = ["plugin", "enabled", "keys", "price", "price_multiplier", "models"];

    private readonly Dictionary<string, string> _disabled = new(StringComparer.Ordinal);

    /// <summary>Replaces the references below `providers:`.</summary>
    public void Prepare()
    {
        if (document.Root["providers"] is not { } providers)
        {
            return;
        }

        if (providers.Kind != SettingsNodeKind.Object)
        {
            references.Replace(providers, "providers", lenient: false);
            return;
        }

        foreach (var provider in providers.Members)
        {
            Prepare(provider.Name, provider.Value, InstancePath.Join("providers", provider.Name));
        }
    }

    /// <summary>The providers in their order, `local` at the end unless it is written.</summary>
    public Dictionary<string, ProviderSettings> Map(SettingsReader root)
    {
        var settings = new Dictionary<string, ProviderSettings>(StringComparer.Ordinal);
        foreach (var (name, provider) in root.Object("providers").Members())
        {
            settings[name] = One(name, provider, document.Root["providers"]?[name]);
        }

        settings.TryAdd(Reserved, ProviderSettings.Without(Reserved));
        return settings;
    }

    private void Prepare(string name, SettingsNode provider, string path)
    {
        if (provider.Kind != SettingsNodeKind.Object)
        {
            references.Replace(provider, path, lenient: false);
            return;
        }

        var keys = 0;
        var resolved = 0;
        if (provider["keys"] is { Kind: SettingsNodeKind.List } list)
        {
            for (var i = 0; i < list.Items.Count; i++)
            {
                keys++;
                var at = InstancePath.Join(InstancePath.Join(path, "keys"), i);
                resolved += Key(name, list.Items[i], at) ? 1 : 0;
            }
        }

        if (provider["enabled"] is { } enabled)
        {
            references.Replace(enabled, InstancePath.Join(path, "enabled"), lenient: false);
        }

        var isOff = provider["enabled"] is { Text: var text } && SettingsScalar.TryBoolean(text.ToLowerInvariant(), out var on) && !on;
        if (keys > 0 && resolved == 0 && !isOff)
        {
            _disabled[name] = "no key";
            problems.Notes.Add($"provider {name}: disabled: no key");
        }
        else if (resolved < keys && !isOff)
        {
            problems.Notes.Add($"provider {name}: {resolved} of its {keys} keys are in use; the others are empty");
        }

        foreach (var member in provider.Members.Where(member => member.Name is not "keys" and not "enabled"))
        {
            var at = InstancePath.Join(path, member.Name);
            references.Replace(member.Value, at, lenient: isOff || _disabled.ContainsKey(name));
            Resolve(member, at, isOff || _disabled.ContainsKey(name));
        }

        if (provider["keys"] is { Kind: not SettingsNodeKind.List } odd)
        {
            // Not a list: the schema says so, and here only what it holds is kept out of the messages.
            references.ReplaceSecret(odd, InstancePath.Join(path, "keys"));
        }
    }

    // The plugin's own members that hold secrets: headers, a proxy with its password, and what is called a secret, a token or a password.
    private void Resolve(SettingsMember member, string path, bool lenient)
    {
        if (member.Name == "extra_headers")
        {
            foreach (var header in member.Value.Members)
            {
                secrets.Resolve(header.Value, document.File, InstancePath.Join(path, header.Name), lenient);
            }
        }
        else if (member.Name == "proxy" || member.Name.Split('_')[^1] is "secret" or "token" or "password")
        {
            secrets.Resolve(member.Value, document.File, path, lenient);
        }
    }

    private bool Key(string provider, SettingsNode key, string path)
    {
        if (key.Kind == SettingsNodeKind.Scalar)
        {
            Value(provider, key, path);
            return key.Text.Length > 0;
        }

        foreach (var member in key.Members)
        {
            if (member.Name == "value" && member.Value.Kind == SettingsNodeKind.Scalar)
            {
                Value(provider, member.Value, InstancePath.Join(path, "value"));
            }
            else
            {
                references.Replace(member.Value, InstancePath.Join(path, member.Name), lenient: true);
            }
        }

        return key["value"] is { Text.Length: > 0 };
    }

    // What stands encrypted in the document itself is opened, and is text then. What a variable holds is not: a rotation could not seal it anew.
    private void Value(string provider, SettingsNode value, string path)
    {
        if (!sealedKeys.TryOpen(value, provider, path))
        {
            references.ReplaceSecret(value, path);
            secrets.Resolve(value, document.File, path);
        }
    }

    private ProviderSettings One(string name, SettingsReader provider, SettingsNode? node)
    {
        var plugin = provider.Text("plugin", name == Reserved ? Reserved : "");
        if (plugin == Reserved && name != Reserved)
        {
            document.Problem(provider.PathOf("plugin"), $"'{Reserved}' is the embedded provider, which is always there under its own name; remove this entry");
        }

        CheckOwnMembers(name, provider, node);
        var baseUrl = provider.Text("base_url");
        var disabled = _disabled.GetValueOrDefault(name);
        return new ProviderSettings
        {
            Plugin = plugin,
            Enabled = provider.Flag("enabled", true) && disabled is null,
            DisabledReason = disabled,
            IsFree = provider.Text("price") is { } price ? price == "free" : CatalogKinds.IsFree(plugin) || CatalogKinds.IsLoopback(baseUrl),
            PriceMultiplier = provider.Decimal("price_multiplier") ?? 1,
            Models = provider.Has("models") ? provider.Texts("models") : ["*"],
            KeySettings = Keys(provider),
            Section = SectionBuilder.Build(node, Own),
            CatalogNames = CatalogKinds.Of(name, plugin, baseUrl),
            Fingerprint = SectionBuilder.Fingerprint(node),
        };
    }

    private static List<ProviderKeySettings> Keys(SettingsReader provider)
    {
        List<ProviderKeySettings> keys = [];
        foreach (var (value, reader) in provider.Items("keys"))
        {
            var text = value.ValueKind == JsonValueKind.String ? value.GetString() : reader.Text("value");
            if (!string.IsNullOrWhiteSpace(text))
            {
                keys.Add(new ProviderKeySettings(new Secret(text)) { Weight = reader.Decimal("weight") ?? 1, Limits = LimitsMapper.Read(reader) });
            }
        }

        return keys;
    }

    private void CheckOwnMembers(string name, SettingsReader provider, SettingsNode? node)
    {
        foreach (var member in node?.Members ?? [])
        {
            var path = provider.PathOf(member.Name);
            if (member.Name.Replace("_", "", StringComparison.Ordinal).ToLowerInvariant() is "apikey" or "key")
            {
                document.Problem(path, $"unknown member '{member.Name}' (nearest: 'keys'); write keys: [ \"${{SOME_VARIABLE}}\" ]");
            }
            else if (!Own.Contains(member.Name) && member.Name != "base_url" && NearestName.Find(member.Name, Own) is { } nearest)
            {
                problems.Notes.Add($"provider {name}: '{JsonValues.Cut(member.Name)}' is passed on to the plugin; if '{nearest}' was meant, it is misspelt");
            }

            CheckNames(member, path);
        }
    }

    private void CheckNames(SettingsMember member, string path)
    {
        if (member.Name.Contains(':', StringComparison.Ordinal))
        {
            document.Problem(path, "a plugin's settings are handed over by names with ':' between them, so a name may not hold one");
        }

        foreach (var inner in member.Value.Members)
        {
            CheckNames(inner, InstancePath.Join(path, inner.Name));
        }

        for (var i = 0; i < member.Value.Items.Count; i++)
        {
            foreach (var inner in member.Value.Items[i].Members)
            {
                CheckNames(inner, InstancePath.Join(InstancePath.Join(path, i), inner.Name));
            }
        }
    }
}
