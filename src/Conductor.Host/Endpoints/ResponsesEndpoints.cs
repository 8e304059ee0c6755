using System.Globalization;
using System.Text.Json;
using Conductor.Access;
using Conductor.Calls;
using Conductor.Errors;
using Conductor.Host.Dialects.Responses;
using Conductor.Host.Http;
using Conductor.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Conductor.Host.Endpoints;

/// <summary>OpenAI's Responses API: answers, and the kept ones by their ids.</summary>
internal sealed class ResponsesEndpoints(IResponseStore store, ResponsesDialect dialect)
{
    private const int DefaultLimit = 20;
    private const int MaxLimit = 100;

    public static void Map(IEndpointRouteBuilder routes)
    {
        var calls = routes.ServiceProvider.GetRequiredService<ResponsesCalls>();
        var endpoints = ActivatorUtilities.CreateInstance<ResponsesEndpoints>(routes.ServiceProvider);
        foreach (var address in ResponsesDialect.Addresses)
        {
            routes.MapPost(address, calls.CreateAsync).Access(AccessRule.Responses);
            routes.MapGet($"{address}/{{id}}", endpoints.FindAsync).Access(AccessRule.Responses);
            routes.MapDelete($"{address}/{{id}}", endpoints.DeleteAsync).Access(AccessRule.Responses);
            routes.MapGet($"{address}/{{id}}/input_items", endpoints.ListInputAsync).Access(AccessRule.Responses);
            routes.MapPost($"{address}/{{id}}/cancel", endpoints.CancelAsync).Access(AccessRule.Responses);
        }
    }

    private async Task FindAsync(HttpContext http)
    {
        if (QueryFlags.Read(http.Request, "stream"))
        {
            throw new InvalidRequestException("A kept answer is given whole; leave 'stream' out.", "stream", "unsupported_parameter");
        }

        await JsonResponse.WriteAsync(http, (await RequireAsync(http)).Body, dialect);
    }

    private async Task DeleteAsync(HttpContext http)
    {
        var id = IdOf(http);
        if (!await AskAsync(() => store.DeleteAsync(TenantOf(http), id, http.RequestAborted)))
        {
            throw ConductorErrors.ResponseNotFound(id);
        }

        await JsonResponse.WriteAsync(http, json =>
        {
            json.WriteStartObject();
            json.WriteString("id", id);
            json.WriteString("object", "response");
            json.WriteBoolean("deleted", true);
            json.WriteEndObject();
        }, dialect);
    }

    /// <summary>What was asked with an answer, a page at a time: newest first unless the caller wants it otherwise.</summary>
    private async Task ListInputAsync(HttpContext http)
    {
        var query = http.Request.Query;
        var limit = Limit(query["limit"].ToString());
        var isAscending = query["order"].ToString() switch
        {
            "asc" => true,
            "desc" or "" => false,
            _ => throw new InvalidRequestException("'order' must be 'asc' or 'desc'.", "order", "invalid_value"),
        };
        var stored = await RequireAsync(http);
        var items = JsonElement.Parse(stored.Input.Span).EnumerateArray().ToList();
        if (!isAscending)
        {
            items.Reverse();
        }

        var after = query["after"].ToString();
        var start = after.Length == 0 ? 0 : items.FindIndex(item => IdOf(item) == after) + 1;
        if (after.Length > 0 && start == 0)
        {
            throw new InvalidRequestException($"'after' names no item of response '{stored.Id}'.", "after", "invalid_value");
        }

        var page = items.Skip(start).Take(limit).ToList();
        await JsonResponse.WriteAsync(http, json => Write(json, page, hasMore: start + page.Count < items.Count), dialect);
    }

    private async Task CancelAsync(HttpContext http)
    {
        var stored = await RequireAsync(http);
        throw new InvalidRequestException($"Response '{stored.Id}' is complete; only work in the background could be cancelled, which is not offered.");
    }

    private static void Write(Utf8JsonWriter json, List<JsonElement> page, bool hasMore)
    {
        json.WriteStartObject();
        json.WriteString("object", "list");
        json.WriteStartArray("data");
        foreach (var item in page)
        {
            item.WriteTo(json);
        }

        json.WriteEndArray();
        json.WriteString("first_id", page.Count > 0 ? IdOf(page[0]) : null);
        json.WriteString("last_id", page.Count > 0 ? IdOf(page[^1]) : null);
        json.WriteBoolean("has_more", hasMore);
        json.WriteEndObject();
    }

    private async Task<StoredResponse> RequireAsync(HttpContext http) =>
        await AskAsync(() => store.FindAsync(TenantOf(http), IdOf(http), http.RequestAborted)) ?? throw ConductorErrors.ResponseNotFound(IdOf(http));

    private static async Task<T> AskAsync<T>(Func<Task<T>> ask)
    {
        try
        {
            return await ask();
        }
        catch (StorageException)
        {
            throw ConductorErrors.ResponsesUnavailable();
        }
    }

    private static int Limit(string text) => text.Length == 0 ? DefaultLimit
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit is >= 1 and <= MaxLimit ? limit
        : throw new InvalidRequestException($"'limit' must be a whole number from 1 to {MaxLimit}.", "limit", "invalid_value");

    private static string? IdOf(JsonElement item) => item.TryGetProperty("id", out var id) && id.ValueKind == JsonValueKind.String ? id.GetString() : null;

    private static string IdOf(HttpContext http) => (string?)http.Request.RouteValues["id"] ?? "";

    private static string TenantOf(HttpContext http) => (http.Features.Get<CallerIdentity>() ?? throw ConductorErrors.InvalidKey()).TenantId;
}
