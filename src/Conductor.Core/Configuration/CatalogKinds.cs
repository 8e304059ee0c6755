using System.Net;

namespace Conductor.Configuration;

/// <summary>How the rows of `catalog:` meet the configured providers.</summary>
internal static class CatalogKinds
{
    private const string OwnServer = "custom";

    // Plugin ids that are not the kind's own name.
    private static readonly Dictionary<string, string> ByPlugin = new(StringComparer.Ordinal)
    {
        ["azure-openai"] = "azure",
        ["gemini"] = "google",
        ["vertex"] = "google",
        ["hugging-face"] = "huggingface",
    };

    private static readonly (string Suffix, string Kind)[] ByHost =
    [
        ("api.openai.com", "openai"),
        (".openai.azure.com", "azure"),
        (".cognitiveservices.azure.com", "azure"),
        ("api.anthropic.com", "anthropic"),
        ("generativelanguage.googleapis.com", "google"),
        ("aiplatform.googleapis.com", "google"),
        ("router.huggingface.co", "huggingface"),
        ("api-inference.huggingface.co", "huggingface"),
    ];

    /// <summary>Kinds of service that a row may name besides configured providers and plugins.</summary>
    public static IReadOnlyList<string> Known { get; } = ["openai", "azure", "anthropic", "google", "huggingface", "ollama", OwnServer, "local"];

    /// <summary>The names under which a provider's models may be listed, best first.</summary>
    public static IReadOnlyList<string> Of(string name, string plugin, string? baseUrl)
    {
        List<string> names = [name, plugin];
        if (ByPlugin.TryGetValue(plugin, out var kind))
        {
            names.Add(kind);
        }

        if (HostOf(baseUrl) is { } host)
        {
            names.AddRange(ByHost.Where(row => row.Suffix[0] == '.' ? host.EndsWith(row.Suffix, StringComparison.Ordinal) : host == row.Suffix).Select(row => row.Kind));
            if (IsLoopback(baseUrl))
            {
                // Only here: a stranger's paid server must never be taken for a free one.
                names.Add(OwnServer);
            }
        }

        return [.. names.Distinct(StringComparer.Ordinal)];
    }

    /// <summary>True for plugins whose models run on their user's own machines.</summary>
    public static bool IsFree(string plugin) => plugin is "local" or "ollama";

    /// <summary>True for an address on this machine.</summary>
    public static bool IsLoopback(string? url) =>
        HostOf(url) is { } host
        && (host == "localhost" || host.EndsWith(".localhost", StringComparison.Ordinal) || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address)));

    private static string? HostOf(string? url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" ? uri.Host.ToLowerInvariant() : null;
}
