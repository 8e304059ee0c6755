using System.Text.Json;
using Conductor.Host.Dialects;
using Conductor.Host.Dialects.Ollama;
using Conductor.Host.Http;
using Conductor.Providers;
using Conductor.Settings;
using Conductor.Wire;
using Microsoft.AspNetCore.Http;

namespace Conductor.Host.Endpoints;

/// <summary>Ollama's addresses. What manages a server's files (pull, push, create, copy, delete) has none.</summary>
internal static class OllamaEndpoints
{
    /// <summary>Clients turn features on by the server's version; this is the one whose API is spoken here.</summary>
    private const string SpokenVersion = "0.12.6";

    public static void Map(IEndpointRouteBuilder routes)
    {
        var services = routes.ServiceProvider;
        var calls = services.GetRequiredService<DialectCalls>();
        var settings = services.GetRequiredService<ISettings>();
        var ollama = services.GetRequiredService<OllamaDialect>();
        var generate = services.GetRequiredService<OllamaGenerateDialect>();
        var old = services.GetRequiredService<OllamaOldEmbeddingsDialect>();
        routes.MapPost("/api/chat", http => calls.ChatAsync(http, ollama)).Access(AccessRule.Chat);
        routes.MapPost("/api/generate", http => calls.ChatAsync(http, generate, endpoint: RawEndpoint.Completions)).Access(AccessRule.Chat);
        routes.MapPost("/api/embed", http => calls.EmbedAsync(http, ollama)).Access(AccessRule.Embeddings);
        routes.MapPost("/api/embeddings", http => calls.EmbedAsync(http, old)).Access(AccessRule.Embeddings);
        routes.MapGet("/api/tags", http => calls.ListModelsAsync(http, ollama)).Access(AccessRule.Models);
        routes.MapPost("/api/show", async http => await calls.FindModelAsync(http, ollama, await ReadModelAsync(http, settings.Current))).Access(AccessRule.Models);
        routes.MapGet("/api/ps", http => JsonResponse.WriteAsync(http, WriteNoneRunning, ollama)).Access(AccessRule.Models);
        routes.MapGet("/api/version", http => JsonResponse.WriteAsync(http, WriteVersion, ollama)).Access(AccessRule.Models);
    }

    private static async Task<string> ReadModelAsync(HttpContext http, ConductorSettings settings)
    {
        var bytes = await RequestBody.ReadAsync(http, settings.Limits.MaxBodyBytes);
        return WireTranslation.Ask(() =>
        {
            var root = new RequestElement(StrictJson.ParseRequest(bytes.Span), "");
            return (root["model"].IsNull ? root["name"] : root["model"]).NonEmptyString(); // `name` is what it was called
        });
    }

    /// <summary>Which models are in memory, the servers behind know; the gateway holds none.</summary>
    private static void WriteNoneRunning(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteStartArray("models");
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteVersion(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("version", SpokenVersion);
        json.WriteEndObject();
    }
}
