using System.Text.Json;
using Conductor.Dialects;
using Conductor.Errors;
using Conductor.Settings;
using Conductor.Storage;
using Conductor.Wire;
using Conductor.Wire.Responses;

namespace Conductor.Host.Dialects.Responses;

/// <summary>Puts what a request refers to in its place, so that any target can answer it: the conversation before `previous_response_id`, items by their ids.</summary>
internal sealed class ResponsesConversation(IResponseStore store)
{
    // A chain is walked answer by answer; nobody talks this long, and a damaged chain must end.
    private const int MostLinks = 10_000;

    /// <summary>The request as it goes on: as it came where it refers to nothing.</summary>
    /// <exception cref="ConductorException">What it goes on from is not there, is too large, or cannot be read now.</exception>
    public async Task<DialectBody> ExpandAsync(ResponsesExchange exchange, DialectBody body, string tenantId, ResponsesSettings settings, CancellationToken cancellationToken)
    {
        var references = ResponsesItems.ReferencesIn(exchange.Body);
        if (exchange.PreviousId is null && references.Count == 0)
        {
            return body;
        }

        try
        {
            var before = exchange.PreviousId is { } id ? await ChainAsync(id, tenantId, settings, cancellationToken) : [];
            var found = await FindAsync(references, before, tenantId, cancellationToken);
            if (exchange.PreviousId is null && found.Count == 0)
            {
                return body;
            }

            var bytes = ResponsesItems.Expand(exchange.Body, before, item => found.TryGetValue(item, out var known) ? known : null);
            return body with { Bytes = bytes, Peek = body.Dialect.Peek(bytes), IsTypedOnly = true };
        }
        catch (StorageException)
        {
            throw ConductorErrors.ResponsesUnavailable();
        }
    }

    /// <summary>The items of all answers that lead to one, and of what was asked, oldest first.</summary>
    private async Task<List<JsonElement>> ChainAsync(string id, string tenantId, ResponsesSettings settings, CancellationToken cancellationToken)
    {
        var links = new List<StoredResponse>();
        var size = 0L;
        for (var next = id; next is not null;)
        {
            var link = await store.FindAsync(tenantId, next, cancellationToken) ?? throw ConductorErrors.PreviousResponseNotFound(id, next);
            size += link.Size;
            if (size > settings.MaxConversationBytes || links.Count == MostLinks)
            {
                throw new InvalidRequestException(
                    $"The conversation before '{id}' is larger than {settings.MaxConversationBytes} bytes, which is the limit ('storage: responses: max_conversation' in conductor.yaml). Begin a new one.",
                    "previous_response_id",
                    WireRequestCodes.InvalidValue);
            }

            links.Add(link);
            next = link.PreviousId;
        }

        links.Reverse();
        return [.. links.SelectMany(link => JsonElement.Parse(link.Input.Span).EnumerateArray().Concat(OutputOf(link)))];
    }

    private async Task<Dictionary<string, JsonElement>> FindAsync(
        IReadOnlyList<string> references, IReadOnlyList<JsonElement> before, string tenantId, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var id in references)
        {
            var near = before.FirstOrDefault(item => item.TryGetProperty("id", out var own) && own.ValueKind == JsonValueKind.String && own.ValueEquals(id));
            if (near.ValueKind == JsonValueKind.Object)
            {
                found[id] = near;
            }
            else if (await store.FindByItemAsync(tenantId, id, cancellationToken) is { } link
                && ResponsesItems.Find(JsonElement.Parse(link.Body.Span), JsonElement.Parse(link.Input.Span), id) is { } item)
            {
                found[id] = item;
            }
        }

        return found;
    }

    private static JsonElement.ArrayEnumerator OutputOf(StoredResponse link) =>
        JsonElement.Parse(link.Body.Span).TryGetProperty("output", out var output) && output.ValueKind == JsonValueKind.Array ? output.EnumerateArray() : default;
}
