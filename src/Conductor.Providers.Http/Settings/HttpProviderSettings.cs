using System.Security.Cryptography.X509Certificates;
using Conductor.Plugins;
using Conductor.Security;

namespace Conductor.Providers.Http;

/// <summary>The settings that every provider over HTTP has, checked.</summary>
public sealed class HttpProviderSettings
{
    /// <summary>The provider's name in the configuration.</summary>
    public required string Name { get; init; }

    /// <summary>The base address, as written, with one slash at its end.</summary>
    public required Uri BaseUrl { get; init; }

    /// <summary>The key; null where there is none.</summary>
    public Secret? Key { get; init; }

    /// <summary>All keys, of which the host chooses one for each attempt; null: <see cref="Key"/> alone.</summary>
    public IProviderKeys? KeyRing { get; init; }

    /// <summary>Where the key goes.</summary>
    public KeyHeader KeyHeader { get; init; } = KeyHeader.Bearer;

    /// <summary>Headers to send with every request. Their values may be secrets.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> ExtraHeaders { get; init; } = [];

    /// <summary>Models to list besides those that the upstream lists; wildcards are left out, they name nothing.</summary>
    public IReadOnlyList<string> Models { get; init; } = [];

    /// <summary>The proxy that all requests go through, its user and password included; null = as the host does it.</summary>
    public Uri? Proxy { get; init; }

    /// <summary>Certificates to trust besides the machine's own; null = none.</summary>
    public X509Certificate2Collection? ExtraRoots { get; init; }

    /// <summary>Whether the connections that the host lends will not do.</summary>
    public bool NeedsOwnConnections => Proxy is not null || ExtraRoots is not null;

    /// <summary>Reads and checks the section's members `base_url`, `extra_headers`, `models`, `proxy` and `ca_file`.</summary>
    /// <exception cref="PluginSettingsException">Something is missing or wrong; the message says what, never a value that may be a secret.</exception>
    public static HttpProviderSettings Read(ProviderContext context, HttpProviderDefaults defaults)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(defaults);
        if (defaults.NeedsKey && string.IsNullOrWhiteSpace(context.Settings["base_url"]) && !context.Settings.GetSection("extra_headers").GetChildren().Any())
        {
            context.RequireKey();
        }

        return new HttpProviderSettings
        {
            Name = context.Name,
            BaseUrl = BaseUrlSetting.Read(context, defaults),
            Key = context.Keys.Count > 0 ? context.Keys[0] : null,
            KeyRing = context.KeyRing,
            KeyHeader = defaults.KeyHeader,
            ExtraHeaders = ExtraHeadersSetting.Read(context, defaults.KeyHeader),
            Models = [.. context.Settings.GetSection("models").GetChildren().Select(row => row.Value).OfType<string>().Where(id => id.Length > 0 && !id.Contains('*', StringComparison.Ordinal))],
            Proxy = ConnectionSettings.ReadProxy(context),
            ExtraRoots = ConnectionSettings.ReadRoots(context),
        };
    }
}
