using System.Text.Json;
using Conductor.Access;
using Conductor.Audit;
using Conductor.Configuration.Editing;
using Conductor.Errors;
using Conductor.Host.Admin;
using Conductor.Host.Http;
using Conductor.Settings;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Conductor.Host.Endpoints;

/// <summary>`/admin/v1/budgets`: every budget in force, and writing the one of all calls and those of tenants.</summary>
internal sealed class BudgetEndpoints(DocumentEditor editor, ISettings settings)
{
    private static readonly JsonValueKind[] OneOrList = [JsonValueKind.Object, JsonValueKind.Array];

    public static void Map(IEndpointRouteBuilder routes)
    {
        var endpoints = ActivatorUtilities.CreateInstance<BudgetEndpoints>(routes.ServiceProvider);
        routes.MapGet("/admin/v1/budgets", endpoints.ListAsync).Access(AccessRule.TenantAdminRead);
        routes.MapPut("/admin/v1/budgets/global", http => endpoints.PutAsync(http, null)).Access(AccessRule.Admin);
        routes.MapDelete("/admin/v1/budgets/global", http => endpoints.DeleteAsync(http, null)).Access(AccessRule.Admin);
        routes.MapPut("/admin/v1/budgets/tenants/{tenant}", http => endpoints.PutAsync(http, TenantOf(http))).Access(AccessRule.Admin);
        routes.MapDelete("/admin/v1/budgets/tenants/{tenant}", http => endpoints.DeleteAsync(http, TenantOf(http))).Access(AccessRule.Admin);
    }

    private Task ListAsync(HttpContext http)
    {
        var caller = http.Features.GetRequiredFeature<CallerIdentity>();
        var current = settings.Current;
        return JsonResponse.WriteAsync(http, json =>
        {
            json.WriteStartObject();
            json.WriteString("object", "list");
            json.WriteStartArray("data");
            if (caller.SeesMachine)
            {
                WriteAll(json, "global", null, null, current.Budgets.Global);
                foreach (var (name, operation) in current.Operations)
                {
                    WriteAll(json, "operation", null, name, operation.Budgets);
                }
            }

            foreach (var (name, tenant) in current.Tenants.Where(tenant => caller.SeesMachine || tenant.Key == caller.TenantId))
            {
                WriteAll(json, "tenant", name, null, tenant.Budgets);
            }

            foreach (var key in current.Keys.Where(key => caller.SeesMachine || key.Tenant == caller.TenantId))
            {
                WriteAll(json, "key", key.Tenant, key.Name, key.Budgets);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private async Task PutAsync(HttpContext http, string? tenant)
    {
        var after = await AdminRequest.ReadAsync(http, settings.Current.Limits.MaxBodyBytes, OneOrList);
        await EditAsync(http, tenant, after);
        await JsonResponse.WriteAsync(http, json => WriteAnswer(json, tenant, after));
    }

    private async Task DeleteAsync(HttpContext http, string? tenant)
    {
        await EditAsync(http, tenant, null);
        await JsonResponse.WriteAsync(http, json => WriteAnswer(json, tenant, null));
    }

    private Task<DocumentChange> EditAsync(HttpContext http, string? tenant, JsonElement? after)
    {
        string[] path = tenant is null ? ["budgets", "global"] : ["tenants", tenant, "budget"];
        return editor.EditAsync(http, tenant is null ? SettingsFile.Conductor : SettingsFile.Tenants, (yaml, root) =>
        {
            if (tenant is not null && AdminRequest.Find(root, "tenants", tenant) is null)
            {
                throw new ConductorException(404, "invalid_request_error", "tenant_not_found", $"There is no tenant '{HeaderText.Safe(tenant)}'.") { Param = "tenant", ShouldRetry = false };
            }

            var before = AdminRequest.Find(root, path);
            if (after is { } value)
            {
                AdminRequest.Put(yaml, before, value, path);
            }
            else if (before is null || !AdminRequest.Remove(yaml, path))
            {
                throw new ConductorException(404, "invalid_request_error", "not_found", "There is no such budget.") { ShouldRetry = false };
            }

            return new DocumentChange(AuditActions.BudgetsChanged, tenant is null ? "budgets/global" : $"budgets/tenants/{tenant}", tenant, before, after);
        });
    }

    private static string TenantOf(HttpContext http) => (string)http.Request.RouteValues["tenant"]!;

    private static void WriteAnswer(Utf8JsonWriter json, string? tenant, JsonElement? after)
    {
        json.WriteStartObject();
        json.WriteString("object", "budget");
        json.WriteString("scope", tenant is null ? "global" : "tenant");
        json.WriteString("tenant", tenant);
        json.WritePropertyName("budget");
        if (after is { } value)
        {
            value.WriteTo(json);
        }
        else
        {
            json.WriteNullValue();
        }

        json.WriteEndObject();
    }

    private static void WriteAll(Utf8JsonWriter json, string scope, string? tenant, string? name, IReadOnlyList<BudgetSettings> budgets)
    {
        foreach (var budget in budgets)
        {
            json.WriteStartObject();
            json.WriteString("object", "budget");
            json.WriteString("scope", scope);
            json.WriteString("tenant", tenant);
            json.WriteString("name", name);
            json.WritePropertyName("usd");
            json.WriteRawValue(budget.Limit.ToString());
            json.WriteString("per", budget.Per.ToString().ToLowerInvariant());
            json.WriteString("mode", budget.Mode.ToString().ToLowerInvariant());
            json.WriteNumber("alert_percent", budget.AlertPercent);
            json.WriteEndObject();
        }
    }
}
