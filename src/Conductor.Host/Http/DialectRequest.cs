using Conductor.Calls;
using Conductor.Dialects;
using Conductor.Host.Dialects;
using Conductor.Operations;
using Conductor.Providers;
using Conductor.Routing;
using Conductor.Settings;
using Microsoft.AspNetCore.Http;

namespace Conductor.Host.Http;

/// <summary>What every endpoint of a dialect reads of its request before it makes the call. The body stays bytes.</summary>
internal sealed record DialectRequest(CallContext Context, string Model, DialectBody Body, CallConstraints Constraints, CallOptions Options)
{
    /// <param name="http">The request.</param>
    /// <param name="conductor">Who knows the providers.</param>
    /// <param name="dialect">The dialect of the address.</param>
    /// <param name="settings">The settings now.</param>
    /// <param name="endpoint">Which endpoint of the dialect.</param>
    /// <param name="address">What the address says instead of the body; null = nothing.</param>
    /// <exception cref="Errors.ConductorException">The headers or the body are wrong, or name a provider that is not configured.</exception>
    public static async Task<DialectRequest> ReadAsync(
        HttpContext http, IConductor conductor, InboundDialect dialect, ConductorSettings settings, RawEndpoint endpoint, DialectAddress? address)
    {
        var context = CallHeaders.ReadContext(http, dialect.Name);
        var bytes = await RequestBody.ReadAsync(http, settings.Limits.MaxBodyBytes);
        var peek = dialect.Peek(bytes, endpoint);
        if (address is not null)
        {
            peek = peek with { Model = address.Model ?? peek.Model, IsStreaming = address.IsStreaming ?? peek.IsStreaming };
        }

        await conductor.StartAsync(http.RequestAborted);
        return new DialectRequest(
            context,
            peek.Model ?? TenantPreferences.ModelOf(settings, context.TenantId, endpoint is RawEndpoint.Embeddings or RawEndpoint.BatchEmbeddings ? "embeddings" : "chat", settings.Defaults.Model),
            new DialectBody(dialect, bytes, peek) { Endpoint = endpoint, IsTypedOnly = dialect.IsTypedOnly, Headers = Forwarded(http.Request, dialect) ?? [] },
            RequestChecks.Provider(conductor.Catalog, "provider", peek.Provider) is { } provider
                ? new CallConstraints { ForcedProvider = provider }
                : CallConstraints.None,
            CallHeaders.ReadOptions(http.Request, CallOptions.Default));
    }

    private static List<KeyValuePair<string, string>>? Forwarded(HttpRequest request, InboundDialect dialect)
    {
        List<KeyValuePair<string, string>>? found = null;
        foreach (var name in dialect.ForwardedHeaders)
        {
            if (request.Headers[name] is { Count: > 0 } values)
            {
                (found ??= []).Add(new(name, values.ToString()));
            }
        }

        return found;
    }
}

/// <summary>What the address of a request says instead of its body.</summary>
/// <param name="Model">The model; null = the body says it.</param>
/// <param name="IsStreaming">Whether the answer is to come piece by piece; null = the body says it.</param>
internal sealed record DialectAddress(string? Model = null, bool? IsStreaming = null);
