using Conductor.Access;
using Conductor.Admission;
using Conductor.Errors;
using Conductor.Host.Composition;
using Conductor.Settings;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;

namespace Conductor.Host.Http;

/// <summary>
/// Decides who comes in, before a byte of the body is read. Default deny: an endpoint is open to strangers only when it says so itself
/// (<see cref="IAllowAnonymous"/>), and what is nowhere mapped is asked for a key like everything else.
/// </summary>
internal sealed class AccessGate(RequestDelegate next, KeyRing keys, ISettings settings, ListenAddresses listen, DrainGate drain)
{
    public async Task InvokeAsync(HttpContext context)
    {
        var endpoint = context.GetEndpoint();
        var isPublic = endpoint?.Metadata.GetMetadata<IAllowAnonymous>() is not null;
        CheckHost(context.Request, isPublic);
        if (isPublic)
        {
            Recognize(context);
            await next(context);
            return;
        }

        var caller = Authenticate(context.Request);
        if (endpoint?.Metadata.GetMetadata<AdminEndpoint>() is not null && !AdminEndpoint.IsAllowed(caller))
        {
            throw HttpErrors.AdminOnly();
        }

        if (endpoint is null)
        {
            throw HttpErrors.NotFound(context.Request.Path.Value ?? "/", context.RequestServices.GetRequiredService<KnownPaths>().Nearest(context.Request.Path));
        }

        context.Features.Set(caller);
        if (!drain.TryEnter())
        {
            context.Response.Headers.Connection = "close";
            throw ConductorErrors.Draining();
        }

        using var lifetime = new CallLifetime(drain, context.RequestAborted);
        context.Features.Set(lifetime);
        try
        {
            await next(context);
        }
        finally
        {
            drain.Leave();
        }
    }

    private void CheckHost(HttpRequest request, bool isPublic)
    {
        var current = settings.Current;
        if (keys.IsOpen && listen.AreLoopback)
        {
            // A page that points its own name at 127.0.0.1 (DNS rebinding) still sends its own name here.
            if (!HostNames.IsLoopback(request.Host.Host) && !HostNames.IsListed(request.Host.Host, current.Server.AllowedHosts))
            {
                throw HttpErrors.HostNotAllowed(loopbackOnly: true);
            }

            if (!HostNames.IsLocalOrigin(request))
            {
                throw HttpErrors.OriginNotAllowed();
            }
        }
        else if (!isPublic && current.Server.AllowedHosts.Count > 0
            && !HostNames.IsLoopback(request.Host.Host) && !HostNames.IsListed(request.Host.Host, current.Server.AllowedHosts))
        {
            throw HttpErrors.HostNotAllowed(loopbackOnly: false);
        }
    }

    private CallerIdentity Authenticate(HttpRequest request)
    {
        return Find(request) ?? throw ConductorErrors.InvalidKey();
    }

    // Some open answers say more to those who have a key. A key that is wrong, or presented wrongly, is as none there.
    private void Recognize(HttpContext context)
    {
        try
        {
            if (Find(context.Request) is { } known)
            {
                context.Features.Set(known);
            }
        }
        catch (ConductorException)
        {
            // A stranger, then.
        }
    }

    /// <exception cref="ConductorException">A key is presented in a way that is refused.</exception>
    private CallerIdentity? Find(HttpRequest request)
    {
        var presented = PresentedKey.Read(request);
        if (keys.IsOpen && !listen.AreLoopback && !settings.Current.Server.InsecureListen)
        {
            // The last key was taken out of the configuration while listening to the world: closed, not open.
            return null;
        }

        return keys.Authenticate(presented);
    }
}

/// <summary>Marks an endpoint that changes or shows the machine itself.</summary>
internal sealed class AdminEndpoint
{
    public static AdminEndpoint Instance { get; } = new();

    public static bool IsAllowed(CallerIdentity caller) => caller.Role == AccessRole.Admin;
}
