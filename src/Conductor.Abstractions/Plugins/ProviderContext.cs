using Conductor.Security;
using Microsoft.Extensions.Configuration;

namespace Conductor.Plugins;

/// <summary>What the host tells a plugin about one provider of the configuration. A plugin sees no other provider's settings or keys.</summary>
public sealed class ProviderContext
{
    /// <summary>The provider's name in the configuration, for example `vllm`; also the name to ask the lent `IHttpClientFactory` for.</summary>
    public required string Name { get; init; }

    /// <summary>The provider's own section: every member below its name, keys and `plugin` left out.</summary>
    public required IConfiguration Settings { get; init; }

    /// <summary>The provider's keys that resolved to a value, in file order; empty where it has none.</summary>
    public IReadOnlyList<Secret> Keys { get; init; } = [];

    /// <summary>The same keys, of which the host chooses one for each attempt; null where there are none.</summary>
    public IProviderKeys? KeyRing { get; init; }

    /// <summary>The first of the keys.</summary>
    /// <exception cref="PluginSettingsException">There is none; the message says where it belongs.</exception>
    public Secret RequireKey() =>
        Keys.Count > 0 ? Keys[0] : throw new PluginSettingsException($"'providers.{Name}' has no key. Give one as 'api_key', for example from the environment: '${{MY_API_KEY}}'.");

    /// <summary>A folder that this provider may write to; it survives restarts and replacements of the plugin.</summary>
    public required string DataFolder { get; init; }
}
