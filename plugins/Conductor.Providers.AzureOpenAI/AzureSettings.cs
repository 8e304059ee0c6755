using System.Globalization;
using Conductor.Plugins;
using Conductor.Providers.Http;

namespace Conductor.Providers.AzureOpenAI;

/// <summary>One provider's settings, checked.</summary>
internal sealed class AzureSettings
{
    /// <summary>The last version of the classic addresses that is not a preview.</summary>
    public const string DefaultApiVersion = "2024-10-21";

    /// <summary>The first one that states a stream's usage and reads `max_completion_tokens`.</summary>
    private const string LeastApiVersion = "2024-09-01";

    private const string V1Path = "openai/v1/";
    private const string DefaultScope = "https://cognitiveservices.azure.com/.default";

    private static readonly HttpProviderDefaults Defaults = new()
    {
        Example = "https://my-resource.openai.azure.com",
        Meaning = "your resource's address",
        KeyHeader = new KeyHeader("api-key"),
    };

    /// <summary>What every provider over HTTP has; the base address is the resource's, without `openai/v1`.</summary>
    public required HttpProviderSettings Http { get; init; }

    /// <summary>Addresses that name the deployment and a version, instead of `/openai/v1`.</summary>
    public bool IsClassic { get; init; }

    /// <summary>For the classic addresses.</summary>
    public string ApiVersion { get; init; } = DefaultApiVersion;

    /// <summary>Deployments by the model that they serve. Other models are deployments of the same name.</summary>
    public IReadOnlyDictionary<string, string> Deployments { get; init; } = new Dictionary<string, string>();

    /// <summary>A token of Entra instead of the key.</summary>
    public bool IsEntra { get; init; }

    /// <summary>What the token is for.</summary>
    public string Scope { get; init; } = DefaultScope;

    /// <summary>The directory, where the identity has several; null = its own.</summary>
    public string? TenantId { get; init; }

    /// <summary>The client id of a managed or workload identity that was assigned by hand; null = the machine's own.</summary>
    public string? ClientId { get; init; }

    /// <summary>Reads and checks the section.</summary>
    /// <exception cref="PluginSettingsException">Something is missing or wrong; the message says what, never a value that may be a secret.</exception>
    public static AzureSettings Read(ProviderContext context)
    {
        var http = HttpProviderSettings.Read(context, Defaults);
        var isEntra = SettingReader.Choice(context, "auth", "key", "entra") == "entra";
        if (isEntra && http.Key is not null)
        {
            throw new PluginSettingsException($"'{SettingReader.Where(context, "auth")}' is 'entra', and a key is given. Leave one of them out.");
        }

        return new AzureSettings
        {
            Http = new HttpProviderSettings
            {
                Name = http.Name,
                BaseUrl = Root(http.BaseUrl),
                Key = http.Key,
                KeyRing = http.KeyRing,
                KeyHeader = http.KeyHeader,
                ExtraHeaders = http.ExtraHeaders,
                Models = http.Models,
                Proxy = http.Proxy,
                ExtraRoots = http.ExtraRoots,
            },
            IsClassic = SettingReader.Choice(context, "api_style", "v1", "classic") == "classic",
            ApiVersion = ReadApiVersion(context),
            Deployments = SettingReader.Map(context, "deployments").ToDictionary(pair => pair.Key, pair => pair.Value, StringComparer.OrdinalIgnoreCase),
            IsEntra = isEntra,
            Scope = SettingReader.Text(context, "scope") ?? DefaultScope,
            TenantId = SettingReader.Text(context, "tenant_id"),
            ClientId = SettingReader.Text(context, "client_id"),
        };
    }

    // People paste either address.
    private static Uri Root(Uri url) => url.AbsoluteUri.EndsWith("/" + V1Path, StringComparison.Ordinal) ? new Uri(url.AbsoluteUri[..^V1Path.Length]) : url;

    private static string ReadApiVersion(ProviderContext context)
    {
        var version = SettingReader.Text(context, "api_version") ?? DefaultApiVersion;
        var isVersion = version.Length >= 10 && DateOnly.TryParseExact(version.AsSpan(0, 10), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _)
            && version[10..] is "" or "-preview";
        return isVersion && string.CompareOrdinal(version, LeastApiVersion) >= 0
            ? version
            : throw new PluginSettingsException($"'{SettingReader.Where(context, "api_version")}' must be a version such as '{DefaultApiVersion}' or '2025-04-01-preview', not before {LeastApiVersion}.");
    }
}
