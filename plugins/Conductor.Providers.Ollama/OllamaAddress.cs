using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Conductor.Providers.Ollama;

/// <summary>Reads an address as Ollama reads `OLLAMA_HOST`: the scheme and the port may be missing, and what a server listens on is no place to call.</summary>
internal static class OllamaAddress
{
    public const string Default = "http://127.0.0.1:11434";

    private const int UsualPort = 11434;

    /// <summary>The address with one slash at its end; null where the text is none.</summary>
    public static Uri? TryParse(string? text)
    {
        text = text?.Trim().Trim('"', '\'');
        if (string.IsNullOrEmpty(text))
        {
            return new Uri(Default + "/");
        }

        text = IPAddress.TryParse(text, out var ip) && ip.AddressFamily == AddressFamily.InterNetworkV6 && text[0] != '[' ? $"[{text}]" : text;
        var hasScheme = text.Contains("://", StringComparison.Ordinal);
        var rest = hasScheme ? text : "http://" + (text[0] == ':' ? "127.0.0.1" + text : text);
        if (!Uri.TryCreate(rest, UriKind.Absolute, out var parsed) || (parsed.Scheme != Uri.UriSchemeHttp && parsed.Scheme != Uri.UriSchemeHttps) || parsed.Host.Length == 0)
        {
            return null;
        }

        var builder = new UriBuilder(parsed);
        if (!hasScheme && !NamesPort(rest))
        {
            builder.Port = UsualPort;
        }

        // Every address of a machine is an address to listen on; to be called, the machine itself is meant.
        builder.Host = parsed.Host switch
        {
            "0.0.0.0" => "127.0.0.1",
            "[::]" => "[::1]",
            var host => host,
        };
        if (!builder.Path.EndsWith('/'))
        {
            builder.Path += "/";
        }

        return builder.Uri;
    }

    // `http://host:80` and `http://host` are the same to Uri.
    private static bool NamesPort(string url)
    {
        var authority = url["http://".Length..].Split('/', 2)[0];
        var after = authority[(authority.LastIndexOf(']') + 1)..];
        var colon = after.LastIndexOf(':');
        return colon >= 0 && int.TryParse(after.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out _);
    }
}
