using System.Globalization;
using System.Text.Json;
using Conductor.Access;
using Conductor.Calls;
using Conductor.Errors;
using Microsoft.AspNetCore.Http;

namespace Conductor.Host.Http;

/// <summary>What the request's headers say about the call.</summary>
internal static class CallHeaders
{
    private const int MaxMetadataLength = 4096;
    private const int MaxMetadataMembers = 16;
    private const string Own = "x-conductor-";

    private static readonly string[] Known = [Own + "cache", Own + "include-cost", Own + "max-attempts", Own + "metadata", Own + "strict", Own + "timeout-ms"];

    public static CallContext ReadContext(HttpContext http, string surface)
    {
        var caller = http.Features.Get<CallerIdentity>() ?? throw ConductorErrors.InvalidKey();
        var context = new CallContext { RequestId = RequestIds.Of(http), TenantId = caller.TenantId, KeyId = caller.KeyId, Key = caller.Key, Surface = surface };
        var tags = caller.Key?.Tags ?? context.Metadata;
        if (One(http.Request, "x-conductor-metadata") is not { } sent)
        {
            return tags.Count == 0 ? context : context with { Metadata = tags };
        }

        var metadata = ReadMetadata(sent);
        foreach (var (name, value) in tags)
        {
            metadata[name] = value; // who pays is the operator's to say
        }

        return context with { Metadata = metadata };
    }

    /// <summary>The options of the body, with what the headers say laid over them.</summary>
    /// <exception cref="InvalidRequestException">A header is wrong, or it is one of Conductor's that this version does not act upon.</exception>
    public static CallOptions ReadOptions(HttpRequest request, CallOptions options)
    {
        RefuseUnknown(request);
        if (One(request, "x-conductor-cache") is { } cache)
        {
            options = options with { Cache = ReadCache(cache) };
        }
        else if (request.Headers.CacheControl is { Count: > 0 } control && control.ToString().Contains("no-store", StringComparison.OrdinalIgnoreCase))
        {
            options = options with { Cache = CacheUse.Off };
        }

        if (Integer(request, "x-conductor-timeout-ms", 1, 3_600_000) is { } timeout)
        {
            options = options with { Timeout = TimeSpan.FromMilliseconds(timeout) };
        }

        if (Integer(request, "x-conductor-max-attempts", 1, 8) is { } attempts)
        {
            options = options with { MaxRetries = attempts - 1 };
        }

        return options with
        {
            RefuseLosses = Flag(request, "x-conductor-strict") ?? options.RefuseLosses,
            TellsCost = Flag(request, "x-conductor-include-cost") ?? options.TellsCost,
        };
    }

    // Whoever caps a call's cost by header must not find out from the bill that nobody looked.
    private static void RefuseUnknown(HttpRequest request)
    {
        foreach (var (name, _) in request.Headers)
        {
            if (name.StartsWith(Own, StringComparison.OrdinalIgnoreCase) && !Known.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                var quoted = HeaderText.Safe(name.ToLowerInvariant());
                throw new InvalidRequestException(
                    $"Header '{quoted}' is not acted upon in this version, so the request is refused. Known: {string.Join(", ", Known)}.", quoted, "unsupported_parameter");
            }
        }
    }

    private static CacheUse ReadCache(string value) => value.ToLowerInvariant() switch
    {
        "off" => CacheUse.Off,
        "on" => CacheUse.ReadWrite,
        "read" => CacheUse.Read,
        "write" or "refresh" => CacheUse.Refresh, // for an exact cache, writing without reading is refreshing
        _ => throw new InvalidRequestException("Header 'x-conductor-cache' must be off, on, read, write or refresh.", "x-conductor-cache", "invalid_value"),
    };

    private static bool? Flag(HttpRequest request, string name) => One(request, name) is not { } text ? null
        : bool.TryParse(text, out var value) ? value
        : throw new InvalidRequestException($"Header '{name}' must be true or false.", name, "invalid_value");

    private static int? Integer(HttpRequest request, string name, int least, int most)
    {
        if (One(request, name) is not { } text)
        {
            return null;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most
            ? value
            : throw new InvalidRequestException($"Header '{name}' must be a whole number from {least} to {most}.", name, "invalid_value");
    }

    private static string? One(HttpRequest request, string name) => request.Headers[name] switch
    {
        [] => null,
        [{ Length: > 0 } one] => one.Trim(),
        [_] => null,
        _ => throw new InvalidRequestException($"Header '{name}' is there more than once.", name, "invalid_value"),
    };

    private static Dictionary<string, string> ReadMetadata(string json)
    {
        InvalidRequestException Wrong(string what) => new($"Header 'x-conductor-metadata' {what}.", "x-conductor-metadata", "invalid_value");
        if (json.Length > MaxMetadataLength)
        {
            throw Wrong($"has {json.Length} characters; at most {MaxMetadataLength} are taken");
        }

        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 2, AllowDuplicateProperties = false });
            if (document.RootElement.ValueKind != JsonValueKind.Object || document.RootElement.GetPropertyCount() > MaxMetadataMembers)
            {
                throw Wrong($"must be a JSON object of at most {MaxMetadataMembers} members");
            }

            var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var member in document.RootElement.EnumerateObject())
            {
                metadata[member.Name] = member.Value.ValueKind switch
                {
                    JsonValueKind.String => member.Value.GetString()!,
                    JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => member.Value.GetRawText(),
                    _ => throw Wrong($"has a member that is neither text, number, true nor false"),
                };
            }

            return metadata;
        }
        catch (Exception mistake) when (mistake is JsonException or InvalidOperationException)
        {
            throw Wrong("is not valid JSON");
        }
    }
}
