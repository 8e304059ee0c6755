using Conductor.Errors;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Conductor.Host.Http;

/// <summary>The one place that takes a key out of a request, whichever of the known headers bears it.</summary>
internal static class PresentedKey
{
    private const string Bearer = "Bearer ";

    /// <summary>Headers that SDKs put the bare key into: Anthropic's, Azure's, Gemini's.</summary>
    private static readonly string[] BareHeaders = ["x-api-key", "api-key", "x-goog-api-key"];

    private static readonly string[] UrlNames = ["key", "api_key", "api-key", "access_token"];

    /// <summary>The key, or null where the request bears none.</summary>
    /// <exception cref="ConductorException">A key stands in the URL, or several different ones in headers.</exception>
    public static string? Read(HttpRequest request)
    {
        if (request.QueryString.HasValue)
        {
            foreach (var name in UrlNames)
            {
                if (request.Query.ContainsKey(name))
                {
                    throw HttpErrors.KeyInUrl(name);
                }
            }
        }

        var key = One(request.Headers.Authorization, null, isBearer: true);
        foreach (var name in BareHeaders)
        {
            key = One(request.Headers[name], key, isBearer: false);
        }

        return key;
    }

    private static string? One(StringValues values, string? before, bool isBearer)
    {
        if (values.Count == 0)
        {
            return before;
        }

        var value = values.Count == 1 ? values[0] ?? "" : throw HttpErrors.SeveralKeys();
        if (isBearer)
        {
            // Another scheme is not a key of ours; it is as if nothing had been sent.
            value = value.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? value[Bearer.Length..] : "";
        }

        value = value.Trim();
        if (value.Length == 0 || value == before)
        {
            return before;
        }

        return before is null ? value : throw HttpErrors.SeveralKeys();
    }
}
