using System.Buffers;
using Conductor.Plugins;

namespace Conductor.Providers.Http;

/// <summary>`extra_headers`.</summary>
internal static class ExtraHeadersSetting
{
    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    // What the transport sets itself, or what would break a request's framing.
    private static readonly string[] ReservedHeaders =
        ["host", "content-length", "content-type", "transfer-encoding", "connection", "accept", "expect", "upgrade", "te", "trailer", "cookie", "keep-alive", "proxy-authorization"];

    public static List<KeyValuePair<string, string>> Read(ProviderContext context, KeyHeader keyHeader)
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

            if (row.Key.Equals(keyHeader.Name, StringComparison.OrdinalIgnoreCase) && context.Keys.Count > 0)
            {
                throw new PluginSettingsException($"'{where}' and a key are both given; only one can be the '{keyHeader.Name}' header.");
            }

            headers.Add(new(row.Key, SettingReader.HeaderValue(row.Value, where)));
        }

        return headers;
    }
}
