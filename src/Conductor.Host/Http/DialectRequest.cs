using Conductor.Calls;
using Conductor.Dialects;
using Conductor.Operations;
using Conductor.Providers;
using Conductor.Settings;
using Microsoft.AspNetCore.Http;

namespace Conductor.Host.Http;

/// <summary>What every endpoint of a dialect reads of its request before it makes the call. The body stays bytes.</summary>
internal sealed record DialectRequest(CallContext Context, string Model, DialectBody Body, CallConstraints Constraints, CallOptions Options)
{
    /// <exception cref="Errors.ConductorException">The headers or the body are wrong, or name a provider that is not configured.</exception>
    public static async Task<DialectRequest> ReadAsync(
        HttpContext http, IConductor conductor, IDialect dialect, ConductorSettings settings, RawEndpoint endpoint)
    {
        var context = CallHeaders.ReadContext(http, dialect.Name);
        var bytes = await RequestBody.ReadAsync(http, settings.Limits.MaxBodyBytes);
        var peek = dialect.Peek(bytes, endpoint);
        await conductor.StartAsync(http.RequestAborted);
        return new DialectRequest(
            context,
            peek.Model ?? settings.Defaults.Model,
            new DialectBody(dialect, bytes, peek),
            RequestChecks.Provider(conductor.Catalog, "provider", peek.Provider) is { } provider
                ? new CallConstraints { ForcedProvider = provider }
                : CallConstraints.None,
            CallHeaders.ReadOptions(http.Request, CallOptions.Default));
    }
}
