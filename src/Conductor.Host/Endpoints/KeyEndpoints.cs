using System.Text.Json;
using Conductor.Access;
using Conductor.Admission;
using Conductor.Audit;
using Conductor.Configuration;
using Conductor.Configuration.Editing;
using Conductor.Errors;
using Conductor.Host.Audit;
using Conductor.Host.Composition;
using Conductor.Host.Http;
using Conductor.Settings;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Conductor.Host.Endpoints;

/// <summary>`/admin/v1/keys`: making, showing, rotating and revoking callers' keys. What is written is `tenants.yaml`. A tenant's own admin sees and changes its tenant's.</summary>
internal sealed class KeyEndpoints(KeyRegistry registry, KeyRing ring, HostSettings settings, BootstrapToken bootstrap, HttpAudit audit, TimeProvider time)
{
    private const int LongestOverlap = 30 * 24 * 60 * 60;
    private const int LargestBody = 64 * 1024;
    private const int StandardOverlap = 24 * 60 * 60;

    public static void Map(IEndpointRouteBuilder routes)
    {
        var endpoints = ActivatorUtilities.CreateInstance<KeyEndpoints>(routes.ServiceProvider);
        routes.MapGet("/admin/v1/keys", endpoints.ListAsync).Access(AccessRule.TenantAdminRead);
        routes.MapPost("/admin/v1/keys", endpoints.CreateAsync).Access(AccessRule.MakeKeys);
        routes.MapPost("/admin/v1/keys/{id}/rotate", endpoints.RotateAsync).Access(AccessRule.TenantAdmin);
        routes.MapDelete("/admin/v1/keys/{id}", endpoints.RevokeAsync).Access(AccessRule.TenantAdmin);
    }

    private Task ListAsync(HttpContext http)
    {
        var caller = http.Features.GetRequiredFeature<CallerIdentity>();
        return JsonResponse.WriteAsync(http, json =>
        {
            json.WriteStartObject();
            json.WriteString("object", "list");
            json.WriteStartArray("data");
            foreach (var key in settings.Current.Keys.Where(key => caller.SeesMachine || key.Tenant == caller.TenantId))
            {
                KeyJson.Write(json, key, ring.LastUse(key), time.GetUtcNow());
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private async Task CreateAsync(HttpContext http)
    {
        var caller = http.Features.GetRequiredFeature<CallerIdentity>();
        var request = KeyRequest.Read(await RequestBody.ReadAsync(http, LargestBody), caller, isFirst: IsFirst(caller));
        audit.Require();
        var issued = await AskAsync(() => registry.CreateAsync(request, current =>
        {
            if (caller.Key is null && current.Keys.Count > 0)
            {
                // Let in while there was no key, and overtaken since, perhaps while its body came: the token is void, and nobody is let in without a key.
                throw ConductorErrors.InvalidKey();
            }
        }, addsTenant: false, http.RequestAborted));
        bootstrap.Void();
        Note(http, AuditActions.KeyCreated, null, issued.Settings);
        await AnswerAsync(http, issued, StatusCodes.Status201Created);
    }

    private async Task RotateAsync(HttpContext http)
    {
        var overlap = KeyRequest.ReadOverlap(await RequestBody.ReadAsync(http, LargestBody), StandardOverlap, LongestOverlap);
        audit.Require();
        var before = Find(http)(settings.Current);
        var issued = await AskAsync(() => registry.RotateAsync(Find(http), overlap, http.RequestAborted));
        Note(http, AuditActions.KeyRotated, before, issued.Settings);
        await AnswerAsync(http, issued, StatusCodes.Status200OK);
    }

    private async Task RevokeAsync(HttpContext http)
    {
        audit.Require();
        var revoked = await AskAsync(() => registry.RevokeAsync(Find(http), http.RequestAborted));
        Note(http, AuditActions.KeyRevoked, revoked, null);
        settings.Reload();
        await JsonResponse.WriteAsync(http, json =>
        {
            json.WriteStartObject();
            json.WriteString("id", KeyJson.IdOf(revoked));
            json.WriteString("object", "key");
            json.WriteBoolean("deleted", true);
            json.WriteEndObject();
        });
    }

    // Known here before it is told: the caller may use it with its next request.
    private async Task AnswerAsync(HttpContext http, IssuedKey issued, int status)
    {
        settings.Reload();
        await JsonResponse.WriteAsync(http, json => KeyJson.Write(json, issued.Settings, ring.LastUse(issued.Settings), time.GetUtcNow(), issued.Key), status);
    }

    private void Note(HttpContext http, string action, CallerKeySettings? before, CallerKeySettings? after)
    {
        var key = (after ?? before)!;
        audit.Record(http, action, $"keys/{key.Tenant}/{key.Name}", key.Tenant, KeyJson.Of(before, time.GetUtcNow()), KeyJson.Of(after, time.GetUtcNow()));
    }

    private bool IsFirst(CallerIdentity caller) => caller.Key is null && settings.Current.Keys.Count == 0;

    private static Func<ConductorSettings, CallerKeySettings?> Find(HttpContext http)
    {
        var caller = http.Features.GetRequiredFeature<CallerIdentity>();
        var id = (string)http.Request.RouteValues["id"]!;
        return current => current.Keys.FirstOrDefault(key => KeyJson.IdOf(key) == id && (caller.Role == AccessRole.Admin || (key.Tenant == caller.TenantId && key.Role is AccessRole.Tenant or AccessRole.TenantAdmin)));
    }

    private static async Task<T> AskAsync<T>(Func<Task<T>> edit)
    {
        try
        {
            return await edit();
        }
        catch (SettingsEditException refused)
        {
            throw HttpErrors.NotEdited(refused);
        }
    }
}
