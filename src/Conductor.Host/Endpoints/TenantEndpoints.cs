using System.Text.Json;
using Conductor.Access;
using Conductor.Audit;
using Conductor.Calls;
using Conductor.Configuration.Editing;
using Conductor.Errors;
using Conductor.Host.Admin;
using Conductor.Host.Http;
using Conductor.Settings;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Conductor.Host.Endpoints;

/// <summary>`/admin/v1/tenants`: the entries of `tenants` in tenants.yaml, as they are written. A tenant's own admin sees its own, and changes what it prefers.</summary>
internal sealed class TenantEndpoints(DocumentEditor editor, ISettings settings)
{
    private const string Tenants = "tenants";

    // What a tenant may have is granted to it; how it uses that is its own.
    private static readonly string[] TenantsOwn = ["model_preferences", "performance_targets", "fallback_chain"];

    public static void Map(IEndpointRouteBuilder routes)
    {
        var endpoints = ActivatorUtilities.CreateInstance<TenantEndpoints>(routes.ServiceProvider);
        routes.MapGet("/admin/v1/tenants", endpoints.ListAsync).Access(AccessRule.TenantAdminRead);
        routes.MapGet("/admin/v1/tenants/{tenant}", endpoints.ShowAsync).Access(AccessRule.TenantAdminRead);
        routes.MapPut("/admin/v1/tenants/{tenant}", endpoints.PutAsync).Access(AccessRule.TenantAdmin);
        routes.MapDelete("/admin/v1/tenants/{tenant}", endpoints.DeleteAsync).Access(AccessRule.Admin);
    }

    private Task ListAsync(HttpContext http)
    {
        var caller = http.Features.GetRequiredFeature<CallerIdentity>();
        var (root, digest) = editor.Read(SettingsFile.Tenants);
        http.Response.Headers.ETag = DocumentEditor.Tag(digest);
        var tenants = AdminRequest.Find(root, Tenants) is { ValueKind: JsonValueKind.Object } map ? map.EnumerateObject().Where(tenant => Sees(caller, tenant.Name)).ToList() : [];
        return JsonResponse.WriteAsync(http, json =>
        {
            json.WriteStartObject();
            json.WriteString("object", "list");
            json.WriteStartArray("data");
            foreach (var tenant in tenants)
            {
                Write(json, tenant.Name, tenant.Value);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private Task ShowAsync(HttpContext http)
    {
        var name = NameOf(http);
        var (root, digest) = editor.Read(SettingsFile.Tenants);
        var tenant = AdminRequest.Find(root, Tenants, name) ?? throw Unknown(name);
        http.Response.Headers.ETag = DocumentEditor.Tag(digest);
        return JsonResponse.WriteAsync(http, json => Write(json, name, tenant));
    }

    private async Task PutAsync(HttpContext http)
    {
        var name = NameOf(http);
        var isAdmin = http.Features.GetRequiredFeature<CallerIdentity>().Role == AccessRole.Admin;
        var after = await AdminRequest.ReadAsync(http, settings.Current.Limits.MaxBodyBytes, [JsonValueKind.Object]);
        var change = await editor.EditAsync(http, SettingsFile.Tenants, (yaml, root) =>
        {
            var before = AdminRequest.Find(root, Tenants, name);
            if (!isAdmin)
            {
                CheckOwn(before ?? throw Unknown(name), after);
            }

            AdminRequest.Put(yaml, before, after, Tenants, name);
            return new DocumentChange(AuditActions.TenantChanged, $"tenants/{name}", name, before, after);
        });
        await JsonResponse.WriteAsync(http, json => Write(json, name, after), change.Before is null ? StatusCodes.Status201Created : StatusCodes.Status200OK);
    }

    private async Task DeleteAsync(HttpContext http)
    {
        var name = NameOf(http);
        await editor.EditAsync(http, SettingsFile.Tenants, (yaml, root) =>
        {
            var before = AdminRequest.Find(root, Tenants, name) ?? throw Unknown(name);
            if (name != CallContext.DefaultTenant && settings.Current.Keys.Any(key => key.Tenant == name))
            {
                throw new ConductorException(409, "invalid_request_error", "conflict", $"Tenant '{name}' has keys; revoke them first.") { ShouldRetry = false };
            }

            yaml.Remove(Tenants, name);
            return new DocumentChange(AuditActions.TenantRemoved, $"tenants/{name}", name, before, null);
        });
        await JsonResponse.WriteAsync(http, json =>
        {
            json.WriteStartObject();
            json.WriteString("name", name);
            json.WriteString("object", "tenant");
            json.WriteBoolean("deleted", true);
            json.WriteEndObject();
        });
    }

    // Another tenant's is not there: whether it exists is not for this caller to know.
    private static string NameOf(HttpContext http)
    {
        var name = (string)http.Request.RouteValues["tenant"]!;
        return Sees(http.Features.GetRequiredFeature<CallerIdentity>(), name) ? name : throw Unknown(name);
    }

    private static bool Sees(CallerIdentity caller, string tenant) => caller.SeesMachine || caller.TenantId == tenant;

    private static void CheckOwn(JsonElement before, JsonElement after)
    {
        foreach (var name in Members(before).Union(Members(after)).Where(name => !TenantsOwn.Contains(name)))
        {
            var (old, now) = (AdminRequest.Find(before, name), AdminRequest.Find(after, name));
            if (old is not { } was || now is not { } comes || !JsonElement.DeepEquals(was, comes))
            {
                throw new ConductorException(403, "permission_error", "member_not_allowed", $"Only a key of the role 'admin' changes '{HeaderText.Safe(name)}' of a tenant; leave it as it is. A tenant's own admin changes {string.Join(", ", TenantsOwn)}.")
                {
                    Param = HeaderText.Safe(name), ShouldRetry = false,
                };
            }
        }
    }

    private static IEnumerable<string> Members(JsonElement value) => value.ValueKind == JsonValueKind.Object ? value.EnumerateObject().Select(member => member.Name) : [];

    private static void Write(Utf8JsonWriter json, string name, JsonElement entry)
    {
        json.WriteStartObject();
        json.WriteString("name", name);
        json.WriteString("object", "tenant");
        json.WritePropertyName("settings");
        entry.WriteTo(json);
        json.WriteEndObject();
    }

    private static ConductorException Unknown(string name) =>
        new(404, "invalid_request_error", "tenant_not_found", $"There is no tenant '{HeaderText.Safe(name)}'.") { Param = "tenant", ShouldRetry = false };
}
