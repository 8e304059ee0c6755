using Conductor.Plugins;
using Conductor.Providers.Http;

namespace Conductor.Providers.HuggingFace;

/// <summary>One provider's settings, checked.</summary>
internal sealed class HuggingFaceSettings
{
    private const string Router = "https://router.huggingface.co";

    private static readonly HttpProviderDefaults Defaults = new() { BaseUrl = Router, NeedsKey = true, Example = Router };

    /// <summary>The operations that models of the hub run without a prompt.</summary>
    public static readonly string[] Operations = ["sentiment_analysis", "entity_extraction", "summarization", "intent_detection"];

    /// <summary>What every provider over HTTP has; the base address is without `/v1`.</summary>
    public required HttpProviderSettings Http { get; init; }

    /// <summary>An endpoint of one's own, which serves one model, instead of the router.</summary>
    public bool IsDedicated { get; init; }

    /// <summary>The organization that pays; null = the key's owner.</summary>
    public string? BillTo { get; init; }

    /// <summary>Models by the operation that they run.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Engines { get; init; } = [];

    /// <summary>Reads and checks the section.</summary>
    /// <exception cref="PluginSettingsException">Something is missing or wrong; the message says what, never a value that may be a secret.</exception>
    public static HuggingFaceSettings Read(ProviderContext context)
    {
        var http = HttpProviderSettings.Read(context, Defaults);
        var engines = SettingReader.Map(context, "operations");
        foreach (var (operation, _) in engines)
        {
            if (!Operations.Contains(operation, StringComparer.Ordinal))
            {
                throw new PluginSettingsException($"'{SettingReader.Where(context, "operations")}.{operation}' is no operation that a model of the hub runs; there are: {string.Join(", ", Operations)}.");
            }
        }

        var style = SettingReader.Choice(context, "api_style", "router", "dedicated");
        return new HuggingFaceSettings
        {
            Http = new HttpProviderSettings
            {
                Name = http.Name,
                BaseUrl = Root(http.BaseUrl),
                Key = http.Key,
                KeyRing = http.KeyRing,
                ExtraHeaders = http.ExtraHeaders,
                Models = http.Models,
                Proxy = http.Proxy,
                ExtraRoots = http.ExtraRoots,
            },
            IsDedicated = style is null ? http.BaseUrl.Host != new Uri(Router).Host : style == "dedicated",
            BillTo = SettingReader.Header(context, "bill_to"),
            Engines = engines,
        };
    }

    // People paste either address.
    private static Uri Root(Uri url) => url.AbsoluteUri.EndsWith("/v1/", StringComparison.Ordinal) ? new Uri(url.AbsoluteUri[..^"v1/".Length]) : url;
}
