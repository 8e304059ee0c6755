using System.Text.Json;
using Conductor.Access;
using Conductor.Costing;
using Conductor.Errors;
using Conductor.Host.Dialects.OpenAI;
using Conductor.Host.Http;
using Conductor.Settings;
using Conductor.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Conductor.Host.Endpoints;

/// <summary>`POST /v1/estimate`: what a call would cost, before it is made.</summary>
internal sealed class EstimateEndpoint(IConductor conductor, CostQuestions questions, OpenAIDialect openai, ISettings settings)
{
    private const long MostTokens = 1_000_000_000;

    public static void Map(IEndpointRouteBuilder routes)
    {
        var endpoint = ActivatorUtilities.CreateInstance<EstimateEndpoint>(routes.ServiceProvider);
        routes.MapPost("/v1/estimate", endpoint.EstimateAsync).Access(AccessRule.Estimate);
    }

    private async Task EstimateAsync(HttpContext http)
    {
        var body = await RequestBody.ReadAsync(http, settings.Current.Limits.MaxBodyBytes);
        var caller = http.Features.GetRequiredFeature<CallerIdentity>();
        await conductor.StartAsync(http.RequestAborted);
        var question = Read(body, caller);
        var estimate = questions.Ask(question);
        await JsonResponse.WriteAsync(http, json => CostEstimateJson.Write(json, question.Model, estimate));
    }

    // The request that a caller would send is a question as it stands: its messages are counted, its limit is the answer's length.
    private CostQuestion Read(ReadOnlyMemory<byte> body, CallerIdentity caller)
    {
        using var document = Parse(body);
        var root = document.RootElement;
        var hasMessages = root.TryGetProperty("messages", out _);
        var input = root.TryGetProperty("input", out var inputs) ? inputs : default;
        var question = new CostQuestion
        {
            Model = Text(root, "model") ?? throw Wrong("model", "is missing"),
            TenantId = caller.TenantId,
            Key = caller.Key,
            Provider = Text(root, "provider"),
            Chat = hasMessages ? openai.ParseChat(body) : null,
            Text = input.ValueKind != JsonValueKind.Undefined ? Inputs(input) : Text(root, "text"),
            IsEmbedding = input.ValueKind != JsonValueKind.Undefined,
            InputTokens = Count(root, "input_tokens"),
            CachedInputTokens = Count(root, "cached_tokens") ?? 0,
            CacheWriteTokens = Count(root, "cache_write_tokens") ?? 0,
            OutputTokens = Count(root, "output_tokens"),
            MaxOutputTokens = (int?)Math.Min(Count(root, "max_completion_tokens") ?? Count(root, "max_tokens") ?? -1, int.MaxValue) is >= 0 and var most ? most : null,
        };
        return question is { Chat: null, Text: null, InputTokens: null }
            ? throw Wrong("input_tokens", "is missing: send it, or what is to be counted as 'messages', 'text' or, for vectors, 'input'")
            : question;
    }

    private static JsonDocument Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            var document = JsonDocument.Parse(body, new JsonDocumentOptions { AllowDuplicateProperties = false });
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                return document;
            }

            document.Dispose();
            throw new InvalidRequestException("The body must be a JSON object.", null, "invalid_json");
        }
        catch (Exception mistake) when (mistake is JsonException or InvalidOperationException) // a member's name with half of a surrogate pair
        {
            throw new InvalidRequestException("The body is not valid JSON.", null, "invalid_json");
        }
    }

    private static string? Text(JsonElement root, string name) => !root.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null ? null
        : value.ValueKind == JsonValueKind.String && Read(value, name) is { Length: > 0 } text ? text
        : throw Wrong(name, "must be a text that is not empty");

    // Half of a surrogate pair, and bytes that are no UTF-8, come to light only here.
    private static string Read(JsonElement text, string name)
    {
        try
        {
            return text.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw new InvalidRequestException($"'{name}' holds text that is not valid Unicode.", name, "invalid_json");
        }
    }

    private static string Inputs(JsonElement input) => input.ValueKind switch
    {
        JsonValueKind.String => Read(input, "input"),
        JsonValueKind.Array when input.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String) => string.Join('\n', input.EnumerateArray().Select(item => Read(item, "input"))),
        _ => throw Wrong("input", "must be a text or an array of texts"),
    };

    private static long? Count(JsonElement root, string name) => !root.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var count) && count is >= 0 and <= MostTokens ? count
        : throw Wrong(name, $"must be a whole number from 0 to {MostTokens}");

    private static InvalidRequestException Wrong(string name, string what) =>
        new($"'{name}' {what}.", name, what == "is missing" || what.StartsWith("is missing:", StringComparison.Ordinal) ? WireRequestCodes.MissingMember : "invalid_value");
}
