using System.Buffers;
using Conductor.Plugins;
using Conductor.Security;
using Microsoft.Extensions.Configuration;

namespace Conductor.Providers.OpenAICompatible;

/// <summary>One provider's settings, checked.</summary>
internal sealed class OpenAICompatibleSettings
{
    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    // What the transport sets itself, or what would break a request's framing.
    private static readonly string[] ReservedHeaders =
        ["host", "content-length", "content-type", "transfer-encoding", "connection", "accept", "expect", "upgrade", "te", "trailer", "cookie", "keep-alive", "proxy-authorization"];

    /// <summary>The provider's name in the configuration.</summary>
    public required string Name { get; init; }

    /// <summary>The base address, as written, with one slash at its end.</summary>
    public required Uri BaseUrl { get; init; }

    /// <summary>The key for `Authorization: Bearer`; null where there is none.</summary>
    public Secret? Key { get; init; }

    /// <summary>Headers to send with every request. Their values may be secrets.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> ExtraHeaders { get; init; } = [];

    /// <summary>Models to list besides those that the server lists; wildcards are left out, they name nothing.</summary>
    public IReadOnlyList<string> Models { get; init; } = [];

    /// <summary>`max_completion_tokens` for OpenAI's own servers, whose newer models refuse the old name; `max_tokens`, which all others read.</summary>
    public string MaxTokensMember { get; init; } = "max_tokens";

    /// <summary>Reads and checks the section.</summary>
    /// <exception cref="PluginSettingsException">Something is missing or wrong; the message says what, never a value that may be a secret.</exception>
    public static OpenAICompatibleSettings Read(ProviderContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var url = ReadBaseUrl(context);
        var headers = ReadHeaders(context);
        return new OpenAICompatibleSettings
        {
            Name = context.Name,
            BaseUrl = url,
            Key = context.Keys.Count > 0 ? context.Keys[0] : null,
            ExtraHeaders = headers,
            Models = [.. context.Settings.GetSection("models").GetChildren().Select(row => row.Value).OfType<string>().Where(id => id.Length > 0 && !id.Contains('*', StringComparison.Ordinal))],
            MaxTokensMember = url.Host.Equals("api.openai.com", StringComparison.OrdinalIgnoreCase) || url.Host.EndsWith(".openai.azure.com", StringComparison.OrdinalIgnoreCase)
                ? "max_completion_tokens"
                : "max_tokens",
        };
    }

    private static Uri ReadBaseUrl(ProviderContext context)
    {
        var where = $"providers.{context.Name}.base_url";
        var text = context.Settings["base_url"];
        if (string.IsNullOrWhiteSpace(text))
        {
            throw new PluginSettingsException($"'{where}' is missing. Give the address that '/chat/completions' follows, for example 'http://127.0.0.1:8000/v1'.");
        }

        if (!Uri.TryCreate(text.Trim(), UriKind.Absolute, out var url) || (url.Scheme != Uri.UriSchemeHttp && url.Scheme != Uri.UriSchemeHttps) || url.Host.Length == 0)
        {
            throw new PluginSettingsException($"'{where}' is not an absolute http or https address, such as 'http://127.0.0.1:8000/v1'.");
        }

        if (url.UserInfo.Length > 0)
        {
            throw new PluginSettingsException($"'{where}' holds a user name or password. Give the key as 'api_key', where it stays secret.");
        }

        if (url.Query.Length > 0 || url.Fragment.Length > 0)
        {
            throw new PluginSettingsException($"'{where}' holds a query or a fragment. Give the address up to its path; headers go under 'extra_headers'.");
        }

        return url.AbsoluteUri.EndsWith('/') ? url : new Uri(url.AbsoluteUri + "/");
    }

    private static List<KeyValuePair<string, string>> ReadHeaders(ProviderContext context)
    {
        var headers = new List<KeyValuePair<string, string>>();
        foreach (var row in context.Settings.GetSection("extra_headers").GetChildren())
        {
            var where = $"providers.{context.Name}.extra_headers.{row.Key}";
            if (row.Key.AsSpan().ContainsAnyExcept(NameCharacters))
            {
                throw new PluginSettingsException($"'{where}' is not a header's name.");
            }

            if (ReservedHeaders.Contains(row.Key, StringComparer.OrdinalIgnoreCase))
            {
                throw new PluginSettingsException($"'{where}' is a header that Conductor sets itself.");
            }

            if (row.Key.Equals("authorization", StringComparison.OrdinalIgnoreCase) && context.Keys.Count > 0)
            {
                throw new PluginSettingsException($"'{where}' and a key are both given; only one can be the 'Authorization' header.");
            }

            if (row.Value is null || row.Value.AsSpan().ContainsAnyExceptInRange(' ', '~'))
            {
                throw new PluginSettingsException($"'{where}' must be one line of plain ASCII text.");
            }

            headers.Add(new(row.Key, row.Value));
        }

        return headers;
    }
}
