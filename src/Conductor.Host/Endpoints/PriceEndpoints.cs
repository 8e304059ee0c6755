using System.Text.Json;
using Conductor.Audit;
using Conductor.Configuration.Editing;
using Conductor.Errors;
using Conductor.Host.Admin;
using Conductor.Host.Http;
using Conductor.Settings;
using Microsoft.AspNetCore.Http;

namespace Conductor.Host.Endpoints;

/// <summary>`/admin/v1/prices`: what models cost (`catalog` of models.yaml), and what happens where nobody has said (`prices` of conductor.yaml).</summary>
internal sealed class PriceEndpoints(DocumentEditor editor, ISettings settings)
{
    private const string Price = "usd_per_million";

    public static void Map(IEndpointRouteBuilder routes)
    {
        var endpoints = ActivatorUtilities.CreateInstance<PriceEndpoints>(routes.ServiceProvider);
        routes.MapGet("/admin/v1/prices", endpoints.ListAsync).Access(AccessRule.AdminRead);
        routes.MapPut("/admin/v1/prices", endpoints.PutRulesAsync).Access(AccessRule.Admin);
        routes.MapPut("/admin/v1/prices/{provider}/{**model}", endpoints.PutAsync).Access(AccessRule.Admin);
        routes.MapDelete("/admin/v1/prices/{provider}/{**model}", endpoints.DeleteAsync).Access(AccessRule.Admin);
    }

    private Task ListAsync(HttpContext http)
    {
        var (models, digest) = editor.Read(SettingsFile.Models);
        var rules = AdminRequest.Find(editor.Read(SettingsFile.Conductor).Root, "prices");
        http.Response.Headers.ETag = DocumentEditor.Tag(digest);
        var rows = Rows(models);
        return JsonResponse.WriteAsync(http, json =>
        {
            json.WriteStartObject();
            json.WriteString("object", "list");
            json.WriteString("unknown", settings.Current.UnknownPrices.ToString().ToLowerInvariant());
            json.WritePropertyName("prices");
            (rules ?? JsonElement.Parse("{}")).WriteTo(json);
            json.WriteBoolean("is_built_in", rows.Count == 0);
            json.WriteStartArray("data");
            foreach (var row in rows)
            {
                json.WriteStartObject();
                json.WriteString("object", "price");
                foreach (var name in (string[])["provider", "model", Price])
                {
                    if (row.TryGetProperty(name, out var value))
                    {
                        json.WritePropertyName(name);
                        value.WriteTo(json);
                    }
                }

                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private async Task PutRulesAsync(HttpContext http)
    {
        var after = await AdminRequest.ReadAsync(http, settings.Current.Limits.MaxBodyBytes, [JsonValueKind.Object]);
        await editor.EditAsync(http, SettingsFile.Conductor, (yaml, root) =>
        {
            var before = AdminRequest.Find(root, "prices");
            AdminRequest.Put(yaml, before, after, "prices");
            return new DocumentChange(AuditActions.PricesChanged, "prices", null, before, after);
        });
        await JsonResponse.WriteAsync(http, json => after.WriteTo(json));
    }

    private async Task PutAsync(HttpContext http)
    {
        var (provider, model) = NameOf(http);
        var after = await AdminRequest.ReadAsync(http, settings.Current.Limits.MaxBodyBytes, [JsonValueKind.Object, JsonValueKind.Array]);
        var change = await editor.EditAsync(http, SettingsFile.Models, (yaml, root) =>
        {
            if (!yaml.Has("catalog"))
            {
                throw new ConductorException(409, "invalid_request_error", "conflict", "The catalogue in force is the one that is built in; a models.yaml of one row would put it away. Put the shipped models.yaml beside conductor.yaml first.") { ShouldRetry = false };
            }

            var index = IndexOf(root, provider, model);
            if (index < 0)
            {
                yaml.Add($"{{ provider: {YamlText.Of(provider)}, model: {YamlText.Of(model)}, {Price}: {YamlText.Of(after)} }}", "catalog");
                return new DocumentChange(AuditActions.PricesChanged, $"prices/{provider}/{model}", null, null, after);
            }

            var before = AdminRequest.Find(Rows(root)[index], Price);
            yaml.Set(YamlText.Of(after), "catalog", index, Price);
            return new DocumentChange(AuditActions.PricesChanged, $"prices/{provider}/{model}", null, before, after);
        });
        await JsonResponse.WriteAsync(http, json => Write(json, provider, model, after), change.Before is null ? StatusCodes.Status201Created : StatusCodes.Status200OK);
    }

    private async Task DeleteAsync(HttpContext http)
    {
        var (provider, model) = NameOf(http);
        await editor.EditAsync(http, SettingsFile.Models, (yaml, root) =>
        {
            var index = IndexOf(root, provider, model);
            var before = index < 0 ? null : AdminRequest.Find(Rows(root)[index], Price);
            if (before is null)
            {
                throw new ConductorException(404, "invalid_request_error", "not_found", $"models.yaml has no price of '{HeaderText.Safe($"{provider}/{model}")}'.") { ShouldRetry = false };
            }

            yaml.Remove("catalog", index, Price);
            return new DocumentChange(AuditActions.PricesChanged, $"prices/{provider}/{model}", null, before, null);
        });
        await JsonResponse.WriteAsync(http, json => Write(json, provider, model, null));
    }

    private static (string Provider, string Model) NameOf(HttpContext http) => ((string)http.Request.RouteValues["provider"]!, (string?)http.Request.RouteValues["model"] ?? "");

    private static List<JsonElement> Rows(JsonElement models) => AdminRequest.Find(models, "catalog") is { ValueKind: JsonValueKind.Array } rows ? [.. rows.EnumerateArray()] : [];

    private static int IndexOf(JsonElement models, string provider, string model) =>
        Rows(models).FindIndex(row => AdminRequest.Find(row, "provider")?.ToString() == provider && AdminRequest.Find(row, "model")?.ToString() == model);

    private static void Write(Utf8JsonWriter json, string provider, string model, JsonElement? price)
    {
        json.WriteStartObject();
        json.WriteString("object", "price");
        json.WriteString("provider", provider);
        json.WriteString("model", model);
        json.WritePropertyName(Price);
        if (price is { } value)
        {
            value.WriteTo(json);
        }
        else
        {
            json.WriteNullValue();
        }

        json.WriteEndObject();
    }
}
