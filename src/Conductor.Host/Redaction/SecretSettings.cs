using System.Net;
using Conductor.Settings;
using Microsoft.Extensions.Configuration;

namespace Conductor.Host.Redaction;

/// <summary>Which values of the configuration and of the environment are secrets.</summary>
internal static class SecretSettings
{
    private static readonly string[] Endings = ["key", "keys", "secret", "token", "password", "pepper", "credential", "credentials"];

    /// <summary>Of settings: keys of providers, headers that they send, what their own members call a secret, and what the server's own files hold.</summary>
    public static IEnumerable<string> Of(ConductorSettings settings)
    {
        foreach (var own in new[] { settings.KeyPepper, settings.SecretKey, settings.Server.Tls?.Password })
        {
            if (own is not null)
            {
                yield return own.Reveal();
            }
        }

        foreach (var provider in settings.Providers.Values)
        {
            foreach (var key in provider.Keys)
            {
                yield return key.Reveal();
            }

            foreach (var (path, value) in provider.Section.AsEnumerable())
            {
                if (value is null)
                {
                    continue;
                }

                if (path.StartsWith("extra_headers:", StringComparison.OrdinalIgnoreCase) || IsSecret(path))
                {
                    yield return value;
                }
                else if (Uri.TryCreate(value, UriKind.Absolute, out var address) && address.UserInfo.Split(':') is [_, { Length: > 0 } password])
                {
                    yield return WebUtility.UrlDecode(password);
                    yield return password;
                }
            }
        }
    }

    /// <summary>Of the environment: variables that are named after what they hold.</summary>
    public static IEnumerable<string> Of(IReadOnlyDictionary<string, string> environment)
    {
        foreach (var (name, value) in environment)
        {
            if (name == "OTEL_EXPORTER_OTLP_HEADERS")
            {
                foreach (var header in value.Split(','))
                {
                    yield return header[(header.IndexOf('=', StringComparison.Ordinal) + 1)..].Trim();
                }
            }
            else if (IsSecret(name))
            {
                // Several callers' keys stand in one, each perhaps behind its tenant.
                foreach (var part in value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
                {
                    yield return part;
                    yield return part[(part.IndexOf(':', StringComparison.Ordinal) + 1)..];
                }
            }
        }
    }

    private static bool IsSecret(string name)
    {
        var last = name[(name.LastIndexOfAny([':', '_', '-']) + 1)..];
        return Endings.Contains(last, StringComparer.OrdinalIgnoreCase);
    }
}
