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
/// (<see cref="IAllowAnonymous"/>), to a role only when its <see cref="AccessRule"/> names it, and what is nowhere mapped is asked for a key like everything else.
/// </summary>
internal sealed class AccessGate(RequestDelegate next, KeyRing keys, BootstrapToken bootstrap, ISettings settings, ListenAddresses listen, DrainGate drain)
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

        var rule = endpoint?.Metadata.GetMetadata<AccessRule>();
        var server = settings.Current.Server;
        if (rule is { IsAdmin: true } && !server.InsecureAdmin && !CallerAddress.IsPrivate(context, server))
        {
            throw HttpErrors.TlsRequired();
        }

        var caller = Find(context, rule) ?? throw ConductorErrors.InvalidKey();
        if (endpoint is null)
        {
            throw HttpErrors.NotFound(context.Request.Path.Value ?? "/", context.RequestServices.GetRequiredService<KnownPaths>().Nearest(context.Request.Path));
        }

        if (endpoint is RouteEndpoint) // what is none only says that the method is wrong
        {
            Check(context, rule, caller);
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

    private static void Check(HttpContext context, AccessRule? rule, CallerIdentity caller)
    {
        if (rule is null ? caller.Role != AccessRole.Admin : !rule.Roles.Contains(caller.Role))
        {
            throw HttpErrors.RoleNotAllowed(caller.Role, rule?.Roles ?? [AccessRole.Admin]);
        }

        if (rule is not null && caller.Key is { Routes: { Count: > 0 } routes } && rule.RouteOf(context) is var route && !AccessRoutes.Allow(routes, route, AccessRule.OperationOf(context)))
        {
            throw HttpErrors.RouteNotAllowed(route);
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

    // Some open answers say more to those who have a key. A key that is wrong, or presented wrongly, is as none there.
    private void Recognize(HttpContext context)
    {
        try
        {
            if (Find(context, rule: null) is { } known)
            {
                context.Features.Set(known);
            }
        }
        catch (ConductorException)
        {
            // A stranger, then.
        }
    }

    /// <exception cref="ConductorException">A key is presented in a way that is refused, or from a place where it does not hold.</exception>
    private CallerIdentity? Find(HttpContext context, AccessRule? rule)
    {
        var presented = PresentedKey.Read(context.Request);
        var server = settings.Current.Server;
        var caller = keys.Authenticate(presented);
        if (caller is { Key: null } && !listen.AreLoopback && !server.InsecureListen)
        {
            // There is no key yet, or the last one was taken out of the configuration: closed to the world, not open. Asked of the very answer: the settings may change between two looks.
            return rule is { TakesBootstrapToken: true } ? bootstrap.Authenticate(presented) : null;
        }

        return caller?.Key is not { Addresses: { Count: > 0 } ranges } || AddressRanges.Contain(ranges, CallerAddress.Of(context, server)) ? caller : throw HttpErrors.AddressNotAllowed();
    }
}
