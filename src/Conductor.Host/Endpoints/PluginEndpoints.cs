using System.Text.Json;
using Conductor.Audit;
using Conductor.Host.Audit;
using Conductor.Host.Http;
using Conductor.Host.Redaction;
using Conductor.PluginLoading;
using Microsoft.AspNetCore.Http;

namespace Conductor.Host.Endpoints;

/// <summary>`/v1/plugins`, and looking into the plugin folders again.</summary>
internal sealed class PluginEndpoints(IConductor conductor, SecretRedactor redactor, HttpAudit audit)
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var endpoints = ActivatorUtilities.CreateInstance<PluginEndpoints>(routes.ServiceProvider);
        routes.MapGet("/v1/plugins", endpoints.ListAsync).Access(AccessRule.Status);
        routes.MapGet("/admin/v1/plugins", endpoints.ListAsync).Access(AccessRule.AdminRead);
        routes.MapPost("/admin/v1/plugins/rescan", endpoints.RescanAsync).Access(AccessRule.Admin);
    }

    private async Task ListAsync(HttpContext http)
    {
        await conductor.StartAsync(http.RequestAborted);
        await JsonResponse.WriteAsync(http, json => PluginList.Write(json, conductor.Plugins, redactor));
    }

    private async Task RescanAsync(HttpContext http)
    {
        audit.Require();
        var plugins = await conductor.RescanAsync(http.RequestAborted);
        audit.Record(http, AuditActions.PluginsRescanned, "plugins", null, null, null);
        await JsonResponse.WriteAsync(http, json => PluginList.Write(json, plugins, redactor));
    }
}

/// <summary>Plugins as `GET /v1/plugins` and `conductor plugins list --json` show them.</summary>
internal static class PluginList
{
    public static void Write(Utf8JsonWriter json, IReadOnlyList<PluginStatus> plugins, SecretRedactor? redactor = null)
    {
        json.WriteStartObject();
        json.WriteString("object", "list");
        json.WriteStartArray("data");
        foreach (var plugin in plugins)
        {
            json.WriteStartObject();
            json.WriteString("id", plugin.Id);
            json.WriteString("object", "plugin");
            json.WriteString("kind", plugin.Kind.ToString().ToLowerInvariant());
            json.WriteString("state", plugin.State.ToString().ToLowerInvariant());
            json.WriteString("reason", redactor is null ? plugin.Reason : redactor.Clean(plugin.Reason));
            json.WriteString("since", plugin.Since);
            json.WriteString("file", plugin.File);
            json.WriteString("display_name", plugin.DisplayName);
            json.WriteString("description", plugin.Description);
            json.WriteString("version", plugin.Version);
            json.WriteString("contract_version", plugin.ContractVersion);
            json.WriteString("hash", plugin.Hash);
            json.WriteStartArray("capabilities");
            foreach (var capability in plugin.Capabilities)
            {
                json.WriteStringValue(capability);
            }

            json.WriteEndArray();
            json.WriteNumber("calls_in_flight", plugin.CallsInFlight);
            json.WriteNumber("contexts_alive", plugin.ContextsAlive);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
