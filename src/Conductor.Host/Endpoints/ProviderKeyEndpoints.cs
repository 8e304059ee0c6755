using System.Globalization;
using System.Text.Json;
using Conductor.Audit;
using Conductor.Configuration.Editing;
using Conductor.Errors;
using Conductor.Host.Admin;
using Conductor.Host.Composition;
using Conductor.Host.Http;
using Conductor.Sealing;
using Conductor.Settings;
using Microsoft.AspNetCore.Http;

namespace Conductor.Host.Endpoints;

/// <summary>`/admin/v1/providers/{name}/keys`: the `keys` of a provider in conductor.yaml. They are written encrypted, and never shown, whole or in part.</summary>
internal sealed class ProviderKeyEndpoints(DocumentEditor editor, LaunchSettings launch, ISettings settings)
{
    private const string Address = "/admin/v1/providers/{name}/keys";

    public static void Map(IEndpointRouteBuilder routes)
    {
        var endpoints = ActivatorUtilities.CreateInstance<ProviderKeyEndpoints>(routes.ServiceProvider);
        routes.MapGet(Address, endpoints.ListAsync).Access(AccessRule.AdminRead);
        routes.MapPut(Address, endpoints.PutAsync).Access(AccessRule.Admin);
        routes.MapDelete($"{Address}/{{index}}", endpoints.DeleteAsync).Access(AccessRule.Admin);
    }

    private Task ListAsync(HttpContext http)
    {
        var provider = NameOf(http);
        var (root, digest) = editor.Read(SettingsFile.Conductor);
        CheckThere(root, provider);
        http.Response.Headers.ETag = DocumentEditor.Tag(digest);
        return JsonResponse.WriteAsync(http, json => Write(json, provider, ProviderKeyList.Read(root, provider)));
    }

    private async Task PutAsync(HttpContext http)
    {
        var provider = NameOf(http);
        var keys = ProviderKeyRequest.Read(await AdminRequest.ReadAsync(http, settings.Current.Limits.MaxBodyBytes, [JsonValueKind.Object]));
        IReadOnlyList<ProviderKeyEntry> after = [.. keys.Select(key => key.Key)];
        await editor.EditAsync(http, SettingsFile.Conductor, (yaml, root, now) =>
        {
            CheckThere(root, provider);
            ProviderKeyList.Put(yaml, provider, keys, MasterKey.Obtain(now, launch.Source.Environment));
            return Change(provider, ProviderKeyList.Read(root, provider), after);
        });
        await JsonResponse.WriteAsync(http, json => Write(json, provider, after));
    }

    private async Task DeleteAsync(HttpContext http)
    {
        var provider = NameOf(http);
        var index = int.TryParse((string)http.Request.RouteValues["index"]!, NumberStyles.None, CultureInfo.InvariantCulture, out var place) ? place : -1;
        IReadOnlyList<ProviderKeyEntry> after = [];
        await editor.EditAsync(http, SettingsFile.Conductor, (yaml, root) =>
        {
            CheckThere(root, provider);
            var before = ProviderKeyList.Read(root, provider);
            if (index < 0 || index >= before.Count)
            {
                throw new ConductorException(404, "invalid_request_error", "not_found", $"Provider '{HeaderText.Safe(provider)}' has {before.Count} keys in conductor.yaml; the first is 0.") { Param = "index", ShouldRetry = false };
            }

            if (before.Count == 1)
            {
                // Without any it would be called without one.
                throw new ConductorException(409, "invalid_request_error", "conflict", "This is the provider's last key; put another in its place, or set 'enabled: false' for the provider in conductor.yaml.") { Param = "index", ShouldRetry = false };
            }

            ProviderKeyList.Remove(yaml, provider, index);
            after = [.. before.Where((_, i) => i != index)];
            return Change(provider, before, after);
        });
        await JsonResponse.WriteAsync(http, json => Write(json, provider, after));
    }

    private static string NameOf(HttpContext http) => (string)http.Request.RouteValues["name"]!;

    private static void CheckThere(JsonElement root, string provider)
    {
        if (!ProviderKeyList.Has(root, provider))
        {
            throw new ConductorException(404, "invalid_request_error", "provider_not_found", $"conductor.yaml has no provider '{HeaderText.Safe(provider)}'.") { Param = "name", ShouldRetry = false };
        }
    }

    private static DocumentChange Change(string provider, IReadOnlyList<ProviderKeyEntry> before, IReadOnlyList<ProviderKeyEntry> after) =>
        new(AuditActions.ProviderKeysChanged, $"providers/{provider}/keys", null, JsonElement.Parse(ProviderKeyJson.Masked(before)), JsonElement.Parse(ProviderKeyJson.Masked(after)));

    private static void Write(Utf8JsonWriter json, string provider, IReadOnlyList<ProviderKeyEntry> keys)
    {
        json.WriteStartObject();
        json.WriteString("object", "list");
        json.WriteString("provider", provider);
        json.WriteStartArray("data");
        for (var i = 0; i < keys.Count; i++)
        {
            json.WriteStartObject();
            json.WriteString("object", "provider_key");
            json.WriteNumber("index", i);
            ProviderKeyJson.Write(json, keys[i]);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
